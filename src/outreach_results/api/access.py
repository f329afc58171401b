"""Authentication by API key, compared in constant time, and a limit on the number of wrong keys."""

from __future__ import annotations

import base64
import binascii
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime
from ipaddress import IPv6Address, ip_address

from starlette.types import Scope

from outreach_results.api.encoded import RequestHeaders
from outreach_results.api.problems import Fault, ProblemError
from outreach_results.errors import StoreError
from outreach_results.results import Limit
from outreach_results.store import api_keys
from outreach_results.store.api_keys import KeyScope, ValidKeys
from outreach_results.store.engine import Store

WINDOW_S = 60.0
WRONG_KEYS_ALLOWED = 30
ADDRESSES_KEPT = 10_000
USE_NOTED_EVERY_S = 60.0

KEY_ID = "outreach_results.key_id"
"""Where the scope of a request has the id of its key, once that was found valid."""

_HOW = "Authorization: Bearer KEY"
_CHALLENGE = 'Bearer realm="Outreach Results"'

log = logging.getLogger(__name__)


class FailedKeyCounter:
    """How many wrong keys came from each client address within the last minute; remembers a bounded number of them."""

    def __init__(self, allowed: int = WRONG_KEYS_ALLOWED, clock: Callable[[], float] = time.monotonic) -> None:
        self._allowed = allowed
        self._clock = clock
        self._seen: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def add(self, address: str) -> float | None:
        """Count a wrong key; returns the seconds to wait once there were too many, otherwise None."""
        now = self._clock()
        since, n = self._seen.pop(address, (now, 0))
        if now - since >= WINDOW_S:
            since, n = now, 0
        self._seen[address] = (since, n + 1)
        if len(self._seen) > ADDRESSES_KEPT:
            self._seen.popitem(last=False)
        return WINDOW_S - (now - since) if n >= self._allowed else None

    def is_full(self, address: str) -> bool:
        """Whether there were too many from there already."""
        since, n = self._seen.get(address, (0.0, 0))
        return n >= self._allowed and self._clock() - since < WINDOW_S


class Access:
    """Checks the key of each request. A valid key is never delayed, whatever else comes from its address."""

    def __init__(self, store: Callable[[], Store], wrong_keys_allowed: int = WRONG_KEYS_ALLOWED) -> None:
        self._failures = FailedKeyCounter(wrong_keys_allowed)
        self._uses = KeyUseRecorder(store)

    def refusal(
        self, scope: Scope, headers: RequestHeaders, keys: ValidKeys, needed: KeyScope = KeyScope.READ
    ) -> ProblemError | None:
        """The problem to refuse this request with; None if its key is valid and may do what is needed."""
        if headers.authorization is None:
            return _missing(needed)
        key = _key_in(headers.authorization, may_be_basic=needed is KeyScope.INGEST)
        if key is None:
            refused = _unauthorized("The Authorization header holds no API key.", ', error="invalid_request"')
            return self.failed(scope, refused)
        key_id = api_keys.identify(key, keys)
        if key_id is None:
            refused = _unauthorized("This API key is unknown or was revoked.", ', error="invalid_token"')
            return self.failed(scope, refused)
        if not keys[key_id].scope.allows(needed):
            return _forbidden(keys[key_id].scope, needed)
        self._uses.note(key_id)
        scope[KEY_ID] = key_id
        return None

    @staticmethod
    def limit_of(scope: Scope, keys: ValidKeys) -> Limit | None:
        """What the key of a request may see, after `refusal` found it valid: nothing, if it did not."""
        key = keys.get(scope.get(KEY_ID, ""))
        if key is None:
            return Limit()
        return None if key.client_id is None else Limit(clients=frozenset({key.client_id}))

    def failed(self, scope: Scope, refused: ProblemError) -> ProblemError:
        """Count a wrong key or signature; the problem to answer with, which is another once there were too many."""
        address = client_address(scope)
        wait = self._failures.add(address)
        if wait is None:  # those that are answered with 429 are not logged: a flood would fill the disk
            log.warning("A wrong API key or signature came from %s.", address)  # without the key: it may be half right
        return refused if wait is None else _too_many(wait)


class KeyUseRecorder:
    """Stores when keys are used: at most once a minute each, in a thread, so that no request waits for it."""

    def __init__(self, store: Callable[[], Store]) -> None:
        self._store = store
        self._noted: dict[str, float] = {}
        self._waiting: dict[str, datetime] = {}
        self._lock = threading.Lock()
        self._is_writing = False

    def note(self, key_id: str) -> None:
        """Record that the key was used just now."""
        now = time.monotonic()
        if now - self._noted.get(key_id, -USE_NOTED_EVERY_S) < USE_NOTED_EVERY_S:
            return
        self._noted[key_id] = now
        with self._lock:
            self._waiting[key_id] = datetime.now(UTC)
            if self._is_writing:
                return
            self._is_writing = True
        # A daemon, because it may wait for a long load, and the end of the process must not wait for it.
        threading.Thread(target=self._write, name="api-key-uses", daemon=True).start()

    def _write(self) -> None:
        while True:
            with self._lock:
                uses, self._waiting = self._waiting, {}
                if not uses:
                    self._is_writing = False
                    return
            try:
                api_keys.record_use(self._store(), uses)
            except StoreError as error:  # it says all there is to know, at each key for as long as it lasts
                log.warning("The last use of API keys could not be noted. %s", error)
            except Exception:  # no request depends on it; an error here would end all later writes too
                log.warning("The last use of API keys could not be noted.", exc_info=True)


def _key_in(authorization: bytes, *, may_be_basic: bool) -> str | None:
    """The key in an Authorization header: a bearer token, or the password of any user."""
    scheme, _, credentials = authorization.decode("latin-1").partition(" ")
    if scheme.lower() == "bearer":
        return credentials.strip()
    if scheme.lower() != "basic" or not may_be_basic:
        return None
    try:
        _user, colon, password = base64.b64decode(credentials.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return password if colon else None


def _missing(needed: KeyScope) -> ProblemError:
    option = "" if needed is KeyScope.READ else f" --scope {needed}"
    return _unauthorized(f"This needs an API key. Make one with: outreach-results keys create NAME{option}", "")


def _forbidden(scope: KeyScope, needed: KeyScope) -> ProblemError:
    fault = Fault(
        detail=f"This key has the scope {scope}, and this needs {needed}. "
        f"Make one with: outreach-results keys create NAME --scope {needed}",
        parameter="Authorization",
        allowed=f"a key of the scope {needed} or {KeyScope.ADMIN}",
    )
    challenge = f'{_CHALLENGE}, error="insufficient_scope", scope="{needed}"'
    return ProblemError(403, fault, headers={"WWW-Authenticate": challenge})


def _unauthorized(detail: str, error: str) -> ProblemError:
    fault = Fault(detail=detail, parameter="Authorization", allowed=_HOW)
    return ProblemError(401, fault, headers={"WWW-Authenticate": _CHALLENGE + error})


def _too_many(wait_s: float) -> ProblemError:
    seconds = max(1, round(wait_s))
    fault = Fault(
        detail=f"Too many wrong keys came from this address. Try again in {seconds} seconds.",
        parameter="Authorization",
        allowed=_HOW,
    )
    return ProblemError(429, fault, headers={"Retry-After": str(seconds)})


def client_address(scope: Scope) -> str:
    """The client's address; of IPv6 the network, which is what one client has."""
    host = scope["client"][0] if scope.get("client") else "unknown"
    try:
        address = ip_address(host)
    except ValueError:
        return str(host)
    return address.exploded[:19] if isinstance(address, IPv6Address) else host
