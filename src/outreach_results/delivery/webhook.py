"""One post of a text to a webhook of the kind that Slack, Mattermost and others have."""

from __future__ import annotations

import httpx
from pydantic import SecretStr

from outreach_results.delivery.smtp import NotSentError, UnknownOutcomeError

TIMEOUT_S = 15.0


def post(address: SecretStr, text: str, *, timeout_s: float = TIMEOUT_S) -> None:
    """Post a text. Redirects are not followed: the address is a secret that no other host should get.

    Raises:
        NotSentError: it did not arrive.
        UnknownOutcomeError: it may have.
    """
    try:
        answer = httpx.post(address.get_secret_value(), json={"text": text}, timeout=timeout_s, follow_redirects=False)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
        raise NotSentError("The webhook cannot be reached.") from None
    except (httpx.HTTPError, httpx.InvalidURL):
        raise UnknownOutcomeError("The webhook did not answer; the message may have been posted.") from None
    if answer.is_success:
        return
    is_final = answer.status_code < 500 and answer.status_code != 429
    raise NotSentError(f"The webhook answered {answer.status_code}.", is_final=is_final)
