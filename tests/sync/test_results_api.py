"""The client of the Results API against a real server that gets into every trouble there is."""

from __future__ import annotations

import io
import logging
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from pydantic import SecretStr

from outreach_results.errors import ConfigError, KeyRefusedError, NotOfferedError, SourceError, StoppedError
from outreach_results.ingest.records import Rejected
from outreach_results.sync.http_client import ClientLimits, DownloadStart, RemoteServer
from outreach_results.sync.results_api import ResultsApi
from support import faulty_server as faults
from support.faulty_server import KEY, FaultyServer, Trouble, remote_campaign
from support.http import eventually

QUICK = ClientLimits(
    attempts=4,
    first_wait=0.001,
    longest_wait=0.004,
    longest_retry_after=0.05,
    connect=2,
    silence=0.3,
    answer=0.6,
    download=2,
    answer_bytes=100_000,
    download_bytes=1_000_000,
)


@pytest.fixture
def remote() -> Iterator[FaultyServer]:
    with faults.faulty_server() as server:
        server.campaigns["camp_1"] = remote_campaign()
        yield server


@pytest.fixture
def api(remote: FaultyServer) -> Iterator[ResultsApi]:
    server = RemoteServer(remote.url, SecretStr(KEY), limits=QUICK)
    yield ResultsApi(server)
    server.close()


@pytest.fixture
def pauses(api: ResultsApi) -> list[float]:
    result: list[float] = []
    api.server.on_pause = lambda seconds, _why: result.append(seconds)
    return result


def broken(edit: Callable[[Any], Any]) -> Trouble:
    return faults.edited(edit)


# --- trouble that passes -----------------------------------------------------------------------------------------

PASSING = {
    "too many requests": faults.status(429),
    "an error of the server": faults.status(500),
    "a gateway without its server": faults.status(502),
    "a timeout of the server": faults.status(408),
    "a connection that breaks at once": faults.cut_after(0),
    "a connection that breaks in the middle": faults.cut_after(60),
    "JSON cut short": faults.shortened_to(60),
    "an empty answer": faults.shortened_to(0),
    "silence": faults.silent_for(0.5),
    "compression that is none": lambda exchange: (
        exchange.headers.update({"Content-Encoding": "gzip"}),
        exchange.send(),
    ),
}


@pytest.mark.parametrize("trouble", PASSING.values(), ids=PASSING)
def test_trouble_that_passes_is_waited_out(remote: FaultyServer, api: ResultsApi, trouble: Trouble) -> None:
    remote.trouble("/stats", trouble, times=2)
    answer = api.stats("camp_1")
    assert answer is not None
    assert answer.content.emails_sent == 10
    assert len(remote.targets("/stats")) == 3


@pytest.mark.parametrize("trouble", [faults.status(503), faults.cut_after(10)], ids=["status", "connection"])
def test_retries_are_bounded(remote: FaultyServer, api: ResultsApi, trouble: Trouble) -> None:
    remote.trouble("/stats", trouble, times=None)
    with pytest.raises(SourceError, match=r"4 attempts were made; try again later\."):
        api.stats("camp_1")
    assert len(remote.targets("/stats")) == 4


def test_a_server_that_is_not_there_is_a_sentence(remote: FaultyServer) -> None:
    server = RemoteServer("http://127.0.0.1:1", limits=QUICK)
    with pytest.raises(SourceError, match=r"^127\.0\.0\.1:1 cannot be reached\. 4 attempts"):
        server.get_json(("usage",))
    server.close()


def test_waits_grow_and_are_jittered(remote: FaultyServer, api: ResultsApi, pauses: list[float]) -> None:
    remote.trouble("/stats", faults.status(503), times=None)
    for _ in range(5):
        with pytest.raises(SourceError):
            api.stats("camp_1")
    for attempt, longest in enumerate((0.001, 0.002, 0.004)):
        waits = pauses[attempt::3]
        assert all(0 <= wait <= longest for wait in waits)
        assert len(set(waits)) == len(waits)


@pytest.mark.parametrize(
    ("retry_after", "waited"),
    [("0", 0.0), ("3600", 0.05), ("1e3", None), ("soon", None), ("-5", None)],
)
def test_the_server_says_how_long_to_wait_up_to_a_cap(
    remote: FaultyServer, api: ResultsApi, pauses: list[float], retry_after: str, waited: float | None
) -> None:
    remote.trouble("/stats", faults.status(429, Retry_After=retry_after))
    assert api.stats("camp_1") is not None
    assert len(pauses) == 1
    assert pauses[0] == waited if waited is not None else pauses[0] <= 0.004


@pytest.mark.parametrize(("from_now", "waited"), [(timedelta(hours=1), 0.05), (timedelta(hours=-1), 0.0)])
def test_the_server_may_say_it_as_a_date(
    remote: FaultyServer, api: ResultsApi, pauses: list[float], from_now: timedelta, waited: float
) -> None:
    remote.trouble("/stats", faults.status(503, Retry_After=format_datetime(datetime.now(UTC) + from_now, usegmt=True)))
    assert api.stats("camp_1") is not None
    assert pauses == [waited]


def test_an_answer_that_drips_is_cut_by_its_deadline(remote: FaultyServer, api: ResultsApi) -> None:
    remote.trouble("/stats", faults.dripping(0.05))
    started = time.monotonic()
    assert api.stats("camp_1") is not None
    assert time.monotonic() - started < 2
    assert len(remote.targets("/stats")) == 2


def test_headers_that_drip_are_cut_by_the_deadline_too(remote: FaultyServer, api: ResultsApi) -> None:
    def drip(exchange: faults.Exchange) -> None:
        for _ in range(40):
            exchange.handler.wfile.write(b"H")
            time.sleep(0.05)

    remote.trouble("/stats", drip)
    started = time.monotonic()
    assert api.stats("camp_1") is not None
    assert time.monotonic() - started < 1.5


# --- trouble that does not ---------------------------------------------------------------------------------------


def test_refused_key_is_tried_once_setting_is_named(remote: FaultyServer, api: ResultsApi) -> None:
    remote.key = "another"
    with pytest.raises(KeyRefusedError, match="OUTREACH_API_KEY; it may have been revoked") as caught:
        api.usage()
    assert KEY not in str(caught.value)
    assert len(remote.requests) == 1


def test_a_server_that_wants_a_key_says_so(remote: FaultyServer) -> None:
    server = RemoteServer(remote.url, limits=QUICK)
    with pytest.raises(KeyRefusedError, match=r"needs a key: set OUTREACH_API_KEY\."):
        ResultsApi(server).usage()
    server.close()


@pytest.mark.parametrize("status", [400, 403, 404, 405, 410, 422, 501])
def test_what_is_not_offered_is_requested_once(remote: FaultyServer, api: ResultsApi, status: int) -> None:
    remote.trouble("/stats", faults.status(status), times=None)
    with pytest.raises(NotOfferedError, match=rf"answered {status} .* to /campaigns/camp_1/stats") as caught:
        api.stats("camp_1")
    assert caught.value.status == status
    assert len(remote.requests) == 1


def test_web_page_instead_of_data_points_to_the_url(remote: FaultyServer, api: ResultsApi) -> None:
    def page(exchange: faults.Exchange) -> None:
        exchange.headers["Content-Type"] = "text/html"
        exchange.body = b"<html>Sign in</html>"
        exchange.send()

    remote.trouble("/usage", page)
    with pytest.raises(SourceError, match=r"a web page where data belongs. Check OUTREACH_API_URL\."):
        api.usage()


def test_too_long_answer_is_not_kept_in_memory(remote: FaultyServer, api: ResultsApi) -> None:
    remote.trouble("/usage", faults.changed(lambda _body: b" " * 200_000))
    with pytest.raises(SourceError, match="sent more than 100,000 bytes"):
        api.usage()


def test_json_that_is_nested_too_deep_is_refused(remote: FaultyServer, api: ResultsApi) -> None:
    remote.trouble("/usage", faults.changed(lambda _body: b"[" * 90_000), times=None)
    with pytest.raises(SourceError, match="isn't JSON"):
        api.usage()


WRONG_STATS: dict[str, tuple[Callable[[Any], Any], str]] = {
    "no stats": (lambda stats: stats.pop("stats"), "stats: it is missing"),
    "no rates": (lambda stats: stats.pop("rates"), "rates: it is missing"),
    "no costs": (lambda stats: stats.pop("costs"), "costs: it is missing"),
    "no campaign": (lambda stats: stats.pop("campaign_id"), "campaign_id: it is missing"),
    "another campaign": (lambda stats: stats.update(campaign_id="x"), "campaign_id: 'x' is another campaign"),
    "a count in words": (lambda stats: stats["stats"].update(opened="many"), "stats.opened: "),
    "a count below zero": (lambda stats: stats["stats"].update(opened=-1), "stats.opened: -1 isn't a whole number"),
    "a count beyond belief": (lambda stats: stats["stats"].update(opened=10**30), "stats.opened: "),
    "half an email": (lambda stats: stats["stats"].update(opened=1.5), "stats.opened: "),
    "no end": (lambda stats: stats["period"].pop("end"), "period.end: it is missing"),
    "no zone": (lambda stats: stats["period"].update(start="2026-01-30T00:00:00"), "period.start: .*time zone"),
    "no number": (lambda stats: stats["costs"].update(total_byok_usd=float("nan")), "costs.total_byok_usd: nan"),
    "a list": (lambda stats: stats.update(stats=[]), "stats: "),
}


@pytest.mark.parametrize(("edit", "named"), WRONG_STATS.values(), ids=WRONG_STATS)
def test_what_is_missing_or_wrong_is_named(
    remote: FaultyServer, api: ResultsApi, edit: Callable[[Any], Any], named: str
) -> None:
    remote.trouble("/stats", broken(edit), times=None)
    with pytest.raises(SourceError, match=rf"^The stats of camp_1 from 127.* cannot be used: {named}"):
        api.stats("camp_1")
    assert len(remote.requests) == 1


def test_unknown_fields_are_ignored(remote: FaultyServer, api: ResultsApi) -> None:
    remote.trouble("/stats$", broken(lambda stats: (stats.update(new={"a": 1}), stats["stats"].update(forwarded=3))))
    remote.trouble("/replies", broken(lambda page: [reply.update(mood="sunny") for reply in page["replies"]]))
    assert api.stats("camp_1") is not None
    page = api.replies("camp_1", 1)
    assert page is not None
    assert not any(isinstance(row, Rejected) for row in page.items.values())


def test_a_wrong_row_is_named_and_stops_no_other(remote: FaultyServer, api: ResultsApi) -> None:
    remote.campaigns["camp_1"].replies[1]["sentiment"] = "furious"
    del remote.campaigns["camp_1"].replies[2]["received_at"]
    page = api.replies("camp_1", 1)
    assert page is not None
    rows = list(page.items.values())
    assert not isinstance(rows[0], Rejected)
    assert isinstance(rows[1], Rejected)
    assert isinstance(rows[2], Rejected)
    assert (rows[1].row, rows[1].column) == (2, "replies.sentiment")
    assert (rows[2].row, rows[2].column) == (3, "replies.received_at")


def test_repeated_day_is_read_once(remote: FaultyServer, api: ResultsApi) -> None:
    days = remote.campaigns["camp_1"].daily
    days += [dict(days[0]), dict(days[1], opened=9)]
    answer = api.daily("camp_1")
    assert answer is not None
    rejected = [day for day in answer.content if isinstance(day, Rejected)]
    assert len(answer.content) == 3
    assert [(row.row, row.column, row.reason) for row in rejected] == [
        (4, "daily.date", "2026-01-31 occurs twice, with other numbers")
    ]


@pytest.mark.parametrize("answer", [b"null", b"[]", b'"text"', b"5"])
def test_an_answer_of_another_kind_is_refused(remote: FaultyServer, api: ResultsApi, answer: bytes) -> None:
    remote.trouble("", faults.changed(lambda _body: answer), times=None)
    for ask in (api.usage, api.benchmarks, lambda: api.campaigns(1), lambda: api.daily("camp_1")):
        with pytest.raises(SourceError, match="cannot be used: the answer"):
            ask()


# --- where the key goes ------------------------------------------------------------------------------------------


@pytest.fixture
def elsewhere() -> Iterator[FaultyServer]:
    with faults.faulty_server() as server:
        yield server


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_elsewhere_is_refused(
    remote: FaultyServer, elsewhere: FaultyServer, api: ResultsApi, status: int
) -> None:
    remote.trouble("/usage", faults.status(status, Location=f"{elsewhere.url}/usage"))
    with pytest.raises(SourceError, match=rf"redirects to another address, {elsewhere.url}\. Nothing was sent there"):
        api.usage()
    assert elsewhere.requests == []


@pytest.mark.parametrize("host", ["localhost", "127.0.0.2", "[::1]"])
def test_another_host_name_is_another_server(remote: FaultyServer, api: ResultsApi, host: str) -> None:
    port = remote.url.rpartition(":")[2]
    remote.trouble("/usage", faults.status(302, Location=f"http://{host}:{port}/usage"))
    with pytest.raises(SourceError, match="another address"):
        api.usage()
    assert len(remote.requests) == 1


def test_a_redirect_to_another_scheme_is_refused(remote: FaultyServer, api: ResultsApi) -> None:
    remote.trouble("/usage", faults.status(302, Location=remote.url.replace("http", "https") + "/usage"))
    with pytest.raises(SourceError, match="another address, https://"):
        api.usage()


@pytest.mark.parametrize("location", ["/benchmarks", "benchmarks"])
def test_a_redirect_on_the_same_server_is_followed(remote: FaultyServer, api: ResultsApi, location: str) -> None:
    remote.trouble("/old", faults.status(302, Location=location))
    assert api.server.get_json(("old",)) is not None
    assert remote.targets() == ["/old", "/benchmarks"]


def test_redirects_in_circles_end(remote: FaultyServer, api: ResultsApi) -> None:
    remote.trouble("/usage", faults.status(302, Location="/usage"), times=None)
    with pytest.raises(SourceError, match="redirects in circles"):
        api.usage()


def test_the_key_is_written_nowhere(
    remote: FaultyServer, api: ResultsApi, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    remote.trouble("/usage", faults.status(503))
    api.usage()
    assert remote.requests[-1].headers["Authorization"] == f"Bearer {KEY}"
    output = capfd.readouterr()
    assert KEY not in caplog.text + output.out + output.err + repr(vars(api.server))


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("results.example.com", "isn't an address of a server"),
        ("ftp://results.example.com", "isn't an address of a server"),
        ("https://", "isn't an address of a server"),
        ("http://[::1", "isn't an address of a server"),
        ("https://me:secret@results.example.com", "must hold no password"),
        ("https://results.example.com?key=secret", "must hold no password"),
        ("http://results.example.com", "everybody on the way to results.example.com could read the key"),
        ("http://127.0.0.1.example.com", "could read the key"),
    ],
)
def test_unusable_address_is_refused(url: str, sentence: str) -> None:
    with pytest.raises(ConfigError, match=sentence) as caught:
        RemoteServer(url, SecretStr(KEY))
    assert "secret" not in str(caught.value)
    assert KEY not in str(caught.value)


@pytest.mark.parametrize("url", ["http://localhost:1", "http://127.8.8.8", "http://[::1]:8501/api/v1/", "https://a.b"])
def test_these_addresses_can_be_used(url: str) -> None:
    RemoteServer(url, SecretStr(KEY)).close()


@pytest.mark.parametrize("key", ["", "  ", "two words", "schlüssel", "line\nbreak"])
def test_impossible_key_is_refused_unshown(key: str) -> None:
    with pytest.raises(ConfigError, match="OUTREACH_API_KEY isn't a key") as caught:
        RemoteServer("https://results.example.com", SecretStr(key))
    assert not key.strip() or key not in str(caught.value)


@pytest.mark.parametrize(
    "campaign_id", ["a/b", "../usage", "a?b=c", "a#b", "50%", "%2e%2e", "ä 🌱", "a\\b", "a;b", "'\""]
)
def test_any_id_stays_one_part_of_the_path(remote: FaultyServer, api: ResultsApi, campaign_id: str) -> None:
    remote.campaigns[campaign_id] = remote_campaign()
    answer = api.stats(campaign_id)
    assert answer is not None
    assert answer.content.campaign_id == campaign_id


@pytest.mark.parametrize("campaign_id", [".", ".."])
def test_id_that_is_a_path_step_is_not_requested(remote: FaultyServer, api: ResultsApi, campaign_id: str) -> None:
    with pytest.raises(SourceError, match="cannot be asked for"):
        api.stats(campaign_id)
    assert remote.requests == []


# --- what is unchanged, and downloads ----------------------------------------------------------------------------


def test_what_is_unchanged_is_not_sent_again(remote: FaultyServer, api: ResultsApi) -> None:
    first = api.stats("camp_1")
    assert first is not None
    assert api.stats("camp_1", first.etag) is None
    eventually(lambda: remote.requests[-1].status)
    assert (remote.requests[-1].status, remote.requests[-1].sent) == (304, 0)
    remote.campaigns["camp_1"].stats["stats"]["opened"] = 5
    assert api.stats("camp_1", first.etag) is not None


@pytest.mark.parametrize("etag", ["ümlaut", "x" * 600])
def test_an_etag_that_no_header_can_carry_is_forgotten(remote: FaultyServer, api: ResultsApi, etag: str) -> None:
    def odd(exchange: faults.Exchange) -> None:
        exchange.headers["ETag"] = etag
        exchange.send()

    remote.trouble("/stats", odd)
    answer = api.stats("camp_1")
    assert answer is not None
    assert answer.etag is None


def download(
    api: ResultsApi, file: io.BytesIO, is_wanted: Callable[[DownloadStart], bool] = lambda _start: True
) -> bool | None:
    answer = api.server.download(("campaigns", "camp_1", "export"), {"format": "json"}, file, is_wanted)
    return None if answer is None else answer.content


def test_a_download_that_breaks_off_starts_anew(remote: FaultyServer, api: ResultsApi) -> None:
    content = bytes(range(256)) * 1_000
    remote.campaigns["camp_1"].exports["json"] = content
    remote.trouble("/export", faults.cut_after(100_000), times=2)
    file = io.BytesIO()
    assert download(api, file) is True
    assert file.getvalue() == content


def test_closed_download_is_not_fetched_to_its_end(remote: FaultyServer, api: ResultsApi) -> None:
    content = b"x" * 30_000_000
    remote.campaigns["camp_1"].exports["json"] = content
    starts: list[DownloadStart] = []
    file = io.BytesIO()
    assert download(api, file, lambda start: bool(starts.append(start))) is False
    assert starts == [DownloadStart(b"x" * 65_536, ends_visibly=True)]
    assert file.getvalue() == b""
    assert api.usage() is not None  # the connection that was left behind disturbs nobody
    eventually(lambda: remote.requests[0].status)
    assert remote.requests[0].sent == 0  # not all of it: what was sent is counted when all is


def test_a_download_without_a_length_is_known_as_such(remote: FaultyServer, api: ResultsApi) -> None:
    remote.campaigns["camp_1"].exports["json"] = b"whole"
    remote.trouble("/export", faults.without_length())
    starts: list[DownloadStart] = []
    assert download(api, io.BytesIO(), lambda start: bool(starts.append(start))) is False
    assert starts == [DownloadStart(b"whole", ends_visibly=False)]


def test_a_download_that_is_too_long_ends(remote: FaultyServer, api: ResultsApi) -> None:
    remote.campaigns["camp_1"].exports["json"] = b"x" * 2_000_000
    with pytest.raises(SourceError, match="an export of more than 1,000,000 bytes"):
        download(api, io.BytesIO())


# --- stopping ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "trouble",
    [faults.silent_for(20), faults.status(503, Retry_After="50")],
    ids=["waiting for an answer", "waiting to ask again"],
)
def test_a_client_that_waits_stops_at_once(remote: FaultyServer, trouble: Trouble) -> None:
    server = RemoteServer(remote.url, SecretStr(KEY))
    remote.trouble("/usage", trouble, times=None)
    caught: list[BaseException] = []

    def ask() -> None:
        try:
            server.get_json(("usage",))
        except StoppedError as error:
            caught.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    time.sleep(0.3)
    started = time.monotonic()
    server.stop()
    thread.join(5)
    assert time.monotonic() - started < 1
    assert len(caught) == 1
    server.close()
