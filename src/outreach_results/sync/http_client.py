"""The HTTP client: bounded retries, timeouts, size limits, and a key that is sent to its own server only.

Temporary failures (a broken connection, 429, 5xx, a truncated answer) are retried after a jittered wait, or after the
``Retry-After`` of the server, up to a cap. Any other failure is a `SourceError` at once.
"""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from threading import Event
from typing import IO, Any, Generic, NamedTuple, NoReturn, TypeVar

import httpx
from pydantic import SecretStr
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, stop_when_event_set
from tenacity.wait import wait_random_exponential

from outreach_results.errors import KeyRefusedError, NotOfferedError, SourceError, StoppedError
from outreach_results.sync.connection import Connection
from outreach_results.sync.server_url import (
    OF_SETTINGS,
    Names,
    checked_address,
    checked_key,
    is_loopback,
    path_segment,
)

T = TypeVar("T")

CHUNK = 64 * 1024
_MAX_ETAG = 500
_TEMPORARY = frozenset({408, 425, 429})
_PERMANENT = frozenset({501, 505})
_NOT_OFFERED = frozenset({404, 405, 406, 410, 501})


@dataclass(frozen=True, slots=True)
class ClientLimits:
    """Timeouts and waits in seconds, sizes in bytes, and the number of attempts and redirects."""

    attempts: int = 5
    first_wait: float = 0.5
    longest_wait: float = 30
    longest_retry_after: float = 60
    connect: float = 10
    silence: float = 30
    answer: float = 120
    download: float = 3_600
    answer_bytes: int = 50_000_000
    download_bytes: int = 20_000_000_000
    redirects: int = 5


@dataclass(frozen=True, slots=True)
class JsonResponse(Generic[T]):
    """The content of an answer, and its ETag for the next conditional request."""

    content: T
    etag: str | None


class DownloadStart(NamedTuple):
    """The start of a download; ``ends_visibly`` is False where a broken connection could pass for its end."""

    first_bytes: bytes
    ends_visibly: bool


class _RetryableError(Exception):
    """A temporary failure; ``retry_after`` is the wait in seconds that the server requests."""

    def __init__(self, sentence: str, retry_after: float | None = None) -> None:
        self.retry_after = retry_after
        super().__init__(sentence)


class RemoteServer:
    """One server. ``on_step`` is called with the bytes received, before a request and during a download; ``on_pause``
    with the seconds and the reason of a wait.

    Args:
        names: what messages call the address and the key.
        account: what the answers are kept under, where that is not the address.

    Raises:
        ConfigError: the address is malformed, or would carry the key in clear over a network.
    """

    def __init__(
        self,
        url: str,
        key: SecretStr | None = None,
        *,
        limits: ClientLimits | None = None,
        names: Names = OF_SETTINGS,
        account: str | None = None,
    ) -> None:
        self.on_step: Callable[[int], None] = lambda _received: None
        self.on_pause: Callable[[float, str], None] = lambda _seconds, _reason: None
        self._limits = limits or ClientLimits()
        self._names = names
        self._base = checked_address(url, key, names)
        self.account = account or str(self._base)
        self._has_key = key is not None
        self._stopped = Event()
        self._connection = Connection(self._stopped)
        headers = {"User-Agent": "outreach-results", "Accept": "*/*"}
        if key is not None:
            headers["Authorization"] = f"Bearer {checked_key(key, names)}"
        self._client = httpx.Client(
            headers=headers,
            timeout=httpx.Timeout(self._limits.silence, connect=self._limits.connect),
            follow_redirects=False,
            trust_env=not is_loopback(self._base),  # requests to this machine itself need no proxy
        )
        self._wait = wait_random_exponential(multiplier=self._limits.first_wait, max=self._limits.longest_wait)

    @property
    def url(self) -> str:
        """The normalized address."""
        return str(self._base)

    @property
    def name(self) -> str:
        """The name of the server in messages: its host, and its port where that is not the default."""
        return self._base.netloc.decode("ascii")

    def get_json(
        self, path: Sequence[str], params: Mapping[str, str | int] | None = None, *, etag: str | None = None
    ) -> JsonResponse[Any] | None:
        """A JSON answer, or None where it is unchanged since ``etag``.

        Raises:
            KeyRefusedError, NotOfferedError, SourceError: see each.
        """
        return self._exchange(path, params, etag, self._read_json, self._limits.answer)

    def download(
        self,
        path: Sequence[str],
        params: Mapping[str, str | int],
        file: IO[bytes],
        can_read: Callable[[DownloadStart], bool],
        *,
        etag: str | None = None,
    ) -> JsonResponse[bool] | None:
        """Stream an answer into a file, or None where it is unchanged since ``etag``.

        Args:
            can_read: called with its start; if it returns False, the rest is not fetched and the content is False.

        Raises:
            KeyRefusedError, NotOfferedError, SourceError: see each.
        """

        def read(response: httpx.Response) -> JsonResponse[bool]:
            file.seek(0)
            file.truncate()
            is_complete = self._read_file(response, file, can_read)
            return JsonResponse(is_complete, _etag_of(response))

        return self._exchange(path, params, etag, read, self._limits.download)

    def stop(self) -> None:
        """End the current request and refuse further ones; to be called from another thread."""
        self._stopped.set()
        self._connection.close()

    def raise_if_stopped(self) -> None:
        """Check whether `stop` was called, for work on data that has been received.

        Raises:
            StoppedError: `stop` was called.
        """
        if self._stopped.is_set():
            raise StoppedError("The sync was stopped. What had come in by then stays; the next one goes on from there.")

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    # --- one request, with its retries -------------------------------------------------------------------------------

    def _exchange(
        self,
        path: Sequence[str],
        params: Mapping[str, str | int] | None,
        etag: str | None,
        read: Callable[[httpx.Response], T],
        seconds: float,
    ) -> T | None:
        url = httpx.URL(f"{str(self._base).rstrip('/')}/{'/'.join(map(path_segment, path))}", params=params)
        retrying = Retrying(
            stop=stop_after_attempt(self._limits.attempts) | stop_when_event_set(self._stopped),
            wait=self._seconds_to_wait,
            retry=retry_if_exception_type(_RetryableError),
            before_sleep=self._announce_pause,
            sleep=self._sleep,
            reraise=True,
        )
        try:
            return retrying(self._request_once, url, etag, read, seconds)
        except _RetryableError as failure:
            self.raise_if_stopped()
            n = self._limits.attempts
            raise SourceError(f"{failure} {f'{n} attempts were made; t' if n > 1 else 'T'}ry again later.") from None

    def _request_once(
        self, url: httpx.URL, etag: str | None, read: Callable[[httpx.Response], T], seconds: float
    ) -> T | None:
        self.raise_if_stopped()
        self.on_step(0)
        started = time.monotonic()
        try:
            with self._connection.deadline(seconds):
                return self._follow(url, {"If-None-Match": etag} if etag else {}, read)
        except httpx.RequestError as error:
            self.raise_if_stopped()
            if time.monotonic() - started >= seconds:
                raise _RetryableError(f"{self.name} took longer than {seconds:,.0f} s to answer.") from None
            raise _RetryableError(self._sentence(error)) from None
        except httpx.InvalidURL:
            raise SourceError(
                f"{self.name} redirects to an address that is none. Check {self._names.address}."
            ) from None

    def _follow(self, url: httpx.URL, headers: dict[str, str], read: Callable[[httpx.Response], T]) -> T | None:
        for _ in range(self._limits.redirects + 1):
            extensions = {"trace": self._connection.on_trace_event}
            with self._client.stream("GET", url, headers=headers, extensions=extensions) as response:
                if response.has_redirect_location:
                    url = self._redirected(url, response.headers["Location"])
                    continue
                if response.status_code == httpx.codes.NOT_MODIFIED and headers:
                    return None
                if response.status_code != httpx.codes.OK:
                    self._refuse(url, response)
                return read(response)
        raise SourceError(f"{self.name} redirects in circles. Check {self._names.address}.")

    def _redirected(self, url: httpx.URL, location: str) -> httpx.URL:
        target = url.join(location)
        if (target.scheme, target.host, target.port) != (self._base.scheme, self._base.host, self._base.port):
            raise SourceError(
                f"{self.name} redirects to another address, {target.scheme}://{target.netloc.decode('ascii')}. "
                f"Nothing was sent there. If that is the right server, change {self._names.address} to it."
            )
        return target

    def _refuse(self, url: httpx.URL, response: httpx.Response) -> NoReturn:
        status = response.status_code
        path = _shown_path(url).removeprefix(_shown_path(self._base).rstrip("/"))
        message = f"{self.name} answered {status} {httpx.codes.get_reason_phrase(status)}".rstrip() + f" to {path}"
        if status == httpx.codes.UNAUTHORIZED:
            raise KeyRefusedError(self._key_sentence())
        if status in _NOT_OFFERED:
            raise NotOfferedError(f"{message}: it does not have that.", status)
        if status in _TEMPORARY or (status >= 500 and status not in _PERMANENT):
            raise _RetryableError(f"{message}.", _retry_after(response.headers.get("Retry-After")))
        if status == httpx.codes.FORBIDDEN:
            raise NotOfferedError(f"{message}: the key may not read that.", status)
        raise NotOfferedError(f"{message}.", status)

    def _key_sentence(self) -> str:
        if not self._has_key:
            return f"{self.name} needs a key: set {self._names.key}."
        return (
            f"{self.name} does not accept {self._names.key}; it may have been revoked. "
            "Create a new key there, and enter it here."
        )

    def _sentence(self, error: httpx.RequestError) -> str:
        if isinstance(error, httpx.TimeoutException):
            return f"{self.name} does not answer."
        if isinstance(error, httpx.ConnectError):
            if isinstance(_root_of(error), ssl.SSLCertVerificationError):
                return f"The certificate of {self.name} cannot be verified."
            return f"{self.name} cannot be reached."
        if isinstance(error, httpx.DecodingError):
            return f"{self.name} sent an answer whose compression is broken."
        return f"The connection to {self.name} broke."

    # --- waiting -----------------------------------------------------------------------------------------------------

    def _seconds_to_wait(self, state: RetryCallState) -> float:
        failure = state.outcome.exception() if state.outcome else None
        if isinstance(failure, _RetryableError) and failure.retry_after is not None:
            return min(failure.retry_after, self._limits.longest_retry_after)
        return self._wait(state)

    def _announce_pause(self, state: RetryCallState) -> None:
        failure = state.outcome.exception() if state.outcome else None
        self.on_step(0)
        self.on_pause(state.upcoming_sleep, str(failure))

    def _sleep(self, seconds: float) -> None:
        self._stopped.wait(seconds)

    # --- reading answers ---------------------------------------------------------------------------------------------

    def _read_json(self, response: httpx.Response) -> JsonResponse[Any]:
        body = bytearray()
        for chunk in response.iter_bytes(CHUNK):
            body += chunk
            if len(body) > self._limits.answer_bytes:
                raise SourceError(
                    f"{self.name} sent more than {self._limits.answer_bytes:,} bytes where a short answer belongs."
                )
        try:
            return JsonResponse(json.loads(body), _etag_of(response))
        except (ValueError, RecursionError):
            if "html" in response.headers.get("Content-Type", ""):
                raise SourceError(
                    f"{self.name} answered with a web page where data belongs. Check {self._names.address}."
                ) from None
            raise _RetryableError(f"{self.name} sent an answer that isn't JSON, or ends too early.") from None

    def _read_file(self, response: httpx.Response, file: IO[bytes], can_read: Callable[[DownloadStart], bool]) -> bool:
        chunks = response.iter_bytes(CHUNK)
        head = next(chunks, b"")
        if not can_read(DownloadStart(head, _has_known_end(response))):
            return False
        file.write(head)
        received = len(head)
        for chunk in chunks:
            self.raise_if_stopped()
            file.write(chunk)
            received += len(chunk)
            if received > self._limits.download_bytes:
                raise SourceError(f"{self.name} sent an export of more than {self._limits.download_bytes:,} bytes.")
            self.on_step(received)
        file.flush()
        return True


def _shown_path(url: httpx.URL) -> str:
    """The path in printable ASCII."""
    return url.raw_path.partition(b"?")[0].decode("ascii")


def _etag_of(response: httpx.Response) -> str | None:
    etag = response.headers.get("ETag", "")
    return etag if etag and etag.isascii() and etag.isprintable() and len(etag) <= _MAX_ETAG else None


def _has_known_end(response: httpx.Response) -> bool:
    headers = response.headers
    return "Content-Length" in headers or "chunked" in headers.get("Transfer-Encoding", "").lower()


def _retry_after(value: str | None) -> float | None:
    """Seconds from a ``Retry-After``, which holds seconds or a date; None where it holds neither."""
    if value is None:
        return None
    if value.strip().isdecimal():
        return float(value)
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - datetime.now(UTC)).total_seconds())


def _root_of(error: BaseException) -> BaseException:
    while True:
        deeper = error.__cause__ or error.__context__
        if deeper is None:
            return error
        error = deeper
