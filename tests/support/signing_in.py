"""People who sign in: the settings of it, what a provider says of somebody, and a provider that runs as a process."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from playwright.sync_api import Page
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

from outreach_results.config import PREFIX, Settings
from outreach_results.server.streamlit_internals import USER_COOKIE
from support.server import free_port
from support.visitor import Visitor

SECRET = "a-secret-of-the-provider"  # noqa: S105 -- of no real provider
STARTS_WITHIN_S = 30


def sign_in_settings(public_url: str, provider: str, **more: str) -> dict[str, str]:
    """The environment in which people have to sign in; ``admins="…"`` is OUTREACH_SIGN_IN_ADMINS."""
    return {
        "OUTREACH_PUBLIC_URL": public_url,
        "OUTREACH_SIGN_IN_PROVIDER": provider,
        "OUTREACH_SIGN_IN_CLIENT_ID": "outreach",
        "OUTREACH_SIGN_IN_CLIENT_SECRET": SECRET,
        **{f"OUTREACH_SIGN_IN_{name.upper()}": value for name, value in more.items()},
    }


def said_of(address: str, *, now: float | None = None, **changed: Any) -> dict[str, Any]:
    """What a provider says of somebody who signed in just now, as `st.user` has it; None leaves a claim out."""
    at = int(now or time.time())
    said = {
        "is_logged_in": True,
        "iss": "https://id.example.com",
        "sub": address,
        "iat": at,
        "exp": at + 3600,
        "nonce": f"nonce of {address}",
        "email": address,
        "email_verified": True,
    }
    return {name: value for name, value in (said | changed).items() if value is not None}


def require_sign_in(monkeypatch: pytest.MonkeyPatch, **more: str) -> None:
    """From now on people have to sign in, in the dashboard that is run in this process."""
    for name, value in sign_in_settings("https://results.example.com", "https://id.example.com", **more).items():
        monkeypatch.setenv(name, value)


class Provider:
    """A running OpenID Connect provider, and the people whom it knows."""

    def __init__(self, url: str) -> None:
        self.url = url

    def knows(self, address: str, **claims: Any) -> None:
        """Have it know somebody with a verified address, unless ``claims`` say otherwise."""
        body = {"email": address, "email_verified": True} | claims
        httpx.put(f"{self.url}/users/{quote(address)}", json=body).raise_for_status()


@contextmanager
def running_provider(folder: Path) -> Iterator[Provider]:
    """Start a provider of its own, and end it afterwards."""
    port = free_port()
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port)]
    with (folder / f"provider-{port}.log").open("wb") as output:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    provider = Provider(f"http://localhost:{port}")
    try:
        give_up_at = time.monotonic() + STARTS_WITHIN_S
        while not _is_up(provider):
            assert process.poll() is None, "the provider ended"
            assert time.monotonic() < give_up_at, "the provider did not start"
            time.sleep(0.1)
        yield provider
    finally:
        process.terminate()
        process.wait(10)


def _is_up(provider: Provider) -> bool:
    try:
        return httpx.get(f"{provider.url}/.well-known/openid-configuration").status_code == 200
    except httpx.TransportError:
        return False


def sign_in(visitor: Visitor, address: str) -> None:
    """Click *Sign in*, and tell the provider who one is."""
    page: Page = visitor.page
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.locator("input[name=sub]").fill(address)
    page.get_by_role("button", name="Authorize").first.click()
    page.get_by_test_id("stApp").wait_for()
    visitor.settle()
    forgive_provider(visitor)


def forgive_provider(visitor: Visitor) -> None:
    """The provider's own pages ask for a style sheet of another host, and have no icon: that is not our doing."""
    for noted in (visitor.errors, visitor.left):
        noted[:] = [one for one in noted if "cdn.jsdelivr.net" not in one and "localhost" not in one]


def cookie_of(env: Mapping[str, str], said: Mapping[str, Any]) -> str:
    """The cookie of somebody of whom the provider said this, as a server with these settings signs it."""
    how = Settings(**{name.removeprefix(PREFIX).lower(): value for name, value in env.items()}).sign_in  # type: ignore[arg-type]
    assert how is not None
    content = json.dumps({**said, "origin": how.public_url, "provider": "default"})
    return create_signed_value(how.secrets()["auth"]["cookie_secret"], USER_COOKIE, content).decode()
