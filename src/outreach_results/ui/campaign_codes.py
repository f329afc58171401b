"""The chosen campaigns as a text for the URL that stays short however many there are.

A few are their ids. Of many it says which are left out, if those are few, or else a short code of each id. None of
this depends on a campaign's name or on its place among the others, so that links last.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Collection, Iterable
from hashlib import blake2b

from outreach_results.ui import url_state

MOST_IDS = 20
"""Up to this many campaigns are written as ids."""

# In what `url_state.join` writes, two hexadecimal digits follow each "~", so that no id begins like these.
_EXCEPT, _CODES = "~except.", "~codes."
_CODE_BYTES, _CODE_LENGTH = 3, 4  # two of 200 ids have the same code once in 800 accounts


def written(chosen: Iterable[str], known: Collection[str]) -> str:
    """The text for these campaigns; empty for none.

    Args:
        known: the ids of all campaigns, in the order in which they are offered.
    """
    ids = set(chosen)
    ordered = [one for one in known if one in ids]
    if len(ordered) <= MOST_IDS:
        return url_state.join(ordered)
    left_out = [one for one in known if one not in ids]
    if len(left_out) <= MOST_IDS:
        return _EXCEPT + url_state.join(left_out)
    return _CODES + "".join(map(_code, ordered))


def is_short(text: str) -> bool:
    """Whether `written` made the text for many campaigns."""
    return text.startswith((_EXCEPT, _CODES))


def read(text: str, known: Collection[str]) -> tuple[list[str], bool]:
    """The campaigns that a short text stands for, and whether it names some that are not known.

    Of campaigns left out, those that are not known do not count: they are left out in any case.
    """
    if text.startswith(_EXCEPT):
        left_out = set(url_state.split(text.removeprefix(_EXCEPT)))
        return [one for one in known if one not in left_out], False
    codes = text.removeprefix(_CODES)
    codes_in_link = {codes[start : start + _CODE_LENGTH] for start in range(0, len(codes), _CODE_LENGTH)}
    chosen = [one for one in known if _code(one) in codes_in_link]
    return chosen, not codes_in_link <= set(map(_code, chosen))


def _code(campaign_id: str) -> str:
    digest = blake2b(campaign_id.encode(errors="surrogatepass"), digest_size=_CODE_BYTES).digest()
    return urlsafe_b64encode(digest).decode()
