"""The parameters of the inbox in the URL: its filters, its page, and the reply that is read."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote, unquote

from outreach_results import results
from outreach_results.models import Sentiment
from outreach_results.results import NOBODY, InboxFilters, ReplyKey, ReplyKind, ReplyStatus, is_of_kind
from outreach_results.ui import url_state
from outreach_results.ui.author import own_name
from outreach_results.ui.cache import ask

KIND, STATUS, SENTIMENT, SEARCH, PAGE, REPLY = "lane", "status", "sentiment", "q", "page", "reply"
ASSIGNED = "assigned"
ANYONE, ME, UNASSIGNED = url_state.codes(ASSIGNED)
LONGEST_SEARCH = 200
_NO_ONE = "\x1f\x1f"  # no name is like that

KIND_CODES = {kind: str(kind) for kind in ReplyKind}
STATUS_CODES = {status: str(status) for status in ReplyStatus}


def read_filters() -> InboxFilters:
    """The filters in the URL; shows a notice for those that are invalid."""
    kind = url_state.one_of(KIND, KIND_CODES, ReplyKind.PEOPLE)
    sentiments, unknown = url_state.some_of(SENTIMENT, codes_of(sentiments_in(kind)))
    if unknown:
        url_state.notice("This link uses a sentiment that is not shown here; showing the others.")
        url_state.correct(SENTIMENT, url_state.join(sentiments))
    return InboxFilters(
        kind=kind,
        status=url_state.one_of(STATUS, STATUS_CODES, ReplyStatus.OPEN),
        sentiments=tuple(sentiments) or None,
        q=_search(),
        assignee=_assignee(),
    )


def assignee_codes() -> dict[str, str]:
    """The URL value of everybody whose replies can be listed: of whoever looks, of nobody, and of each by name."""
    by_name = {name: _code_of(name) for name in ask(results.assignees) if name not in (ANYONE, ME, UNASSIGNED)}
    return dict(url_state.codes(ASSIGNED)) | by_name


def chosen_assignee() -> str:
    """Whose replies the URL asks for, as `assignee_codes` calls them."""
    return url_state.one_of(ASSIGNED, assignee_codes(), ANYONE)


def _assignee() -> str | None:
    chosen = chosen_assignee()
    if chosen == ANYONE:
        return None
    # Who is not known has nothing assigned: the name is as empty for a link from somebody who is.
    return {ME: own_name() or _NO_ONE, UNASSIGNED: NOBODY}.get(chosen, chosen)


def _code_of(name: str) -> str:
    """The escaped name; one that looks like another code has its first character escaped too."""
    code = url_state.join([name])
    return f"~{ord(code[0]):02X}{code[1:]}" if code in url_state.codes(ASSIGNED).values() else code


def page() -> int:
    """The page, from 1."""
    raw = url_state.text(PAGE) or "1"
    if raw.isascii() and raw.isdigit() and 0 < int(raw[:9]) == int(raw):
        return int(raw)
    url_state.notice("This link uses a page that does not exist; showing the first one.")
    url_state.correct(PAGE)
    return 1


def correct_page(number: int, *, is_noticed: bool) -> None:
    """Show this page, the last, instead of one that does not exist."""
    if is_noticed:
        url_state.notice("This link uses a page that does not exist; showing the last one.")
    url_state.correct(PAGE, _page_text(number))


def reply() -> ReplyKey | None:
    """The reply that the URL names, if it names one."""
    raw = url_state.text(REPLY)
    if not raw:
        return None
    campaign_id, slash, reply_id = raw.partition("/")
    return ReplyKey(unquote(campaign_id), unquote(reply_id)) if slash else ReplyKey("", unquote(raw))


def refuse_reply() -> None:
    """Show the first reply of the list instead of one that does not exist."""
    url_state.notice("This link names a reply that is no longer here; showing the first one.")
    url_state.correct(REPLY)


def read(key: ReplyKey | None) -> None:
    """Read this reply, or the first of the list. For callbacks."""
    url_state.change(REPLY, "" if key is None else "/".join(quote(part, safe="@:") for part in key))


def show_page(number: int) -> None:
    """Show this page of the list. For callbacks."""
    url_state.change(PAGE, _page_text(number))


def start_over() -> None:
    """Show the first page and read its first reply. For callbacks."""
    show_page(1)
    read(None)


def show_sentiment(sentiment: Sentiment, status: ReplyStatus = ReplyStatus.ALL) -> None:
    """Show the replies with this sentiment, of all states or only of one. For callbacks."""
    default = status == ReplyStatus.OPEN  # which the URL leaves out
    url_state.change(STATUS, "" if default else STATUS_CODES[status])
    url_state.change(SENTIMENT, url_state.join([sentiment]))


def sentiments_in(kind: ReplyKind) -> list[Sentiment]:
    """The sentiments that replies of a kind can have; unclassified comes first, because something is to do there."""
    order = sorted(Sentiment, key=lambda sentiment: sentiment is not Sentiment.UNCLASSIFIED)
    return [sentiment for sentiment in order if is_of_kind(sentiment, kind)]


def codes_of(sentiments: Sequence[Sentiment]) -> dict[Sentiment, str]:
    """The URL value of these sentiments."""
    return {sentiment: str(sentiment) for sentiment in sentiments}


def _page_text(number: int) -> str:
    return "" if number == 1 else str(number)


def _search() -> str | None:
    """The text to search for, at most as long as the search box takes it."""
    searched = url_state.text(SEARCH)
    if len(searched) > LONGEST_SEARCH:
        url_state.notice(
            f"This link searches for more than {LONGEST_SEARCH} characters; using the first {LONGEST_SEARCH}."
        )
        searched = searched[:LONGEST_SEARCH]
        url_state.correct(SEARCH, searched)
    return searched or None
