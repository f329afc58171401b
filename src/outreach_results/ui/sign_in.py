"""Who is at the other end: the person that the provider vouched for, as long as the sign-in counts and a role is given.

Without sign-in only this machine can connect, and whoever sits at it may do everything.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from outreach_results.config import SignIn, settings
from outreach_results.errors import ConfigError, LinkEndedError, NotAllowedError, NotSignedInError
from outreach_results.models.team import Role, canonical
from outreach_results.results import Limit
from outreach_results.store import links, team
from outreach_results.store.engine import Store
from outreach_results.store.links import Link

LINK_COOKIE = "outreach_link"
"""What a browser carries that opened a read-only link."""

_IDENTITY = ("iss", "sub", "iat", "exp", "nonce")
"""What tells one sign-in from another."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who is signed in; the address is blank where there is no sign-in.

    ``ends_at`` is when the sign-in counts no more. ``limit`` is what the person may see; None is everything. ``link``
    is the read-only link by which somebody came, whom nobody knows.
    """

    address: str
    role: Role
    sign_in_id: str = ""
    ends_at: datetime | None = None
    limit: Limit | None = None
    link: Link | None = None

    @property
    def has_recipients(self) -> bool:
        """Whether the people to whom emails were sent may be seen."""
        return self.link is None or self.link.has_recipients

    def may(self, needed: Role) -> None:
        """Check the role.

        Raises:
            NotAllowedError: it is not enough.
        """
        if not self.role.allows(needed):
            raise NotAllowedError(
                f"This needs the role {needed}, and {self.address} has the role {self.role}. Ask an admin for it."
            )


LOCAL = Person("", Role.ADMIN)
"""Whoever sits at this machine."""


def configured() -> SignIn | None:
    """How people sign in; None where they do not, or where the settings cannot be read, as every page then says.

    Raises:
        ConfigError: sign-in is set up in part. That is no reason to let everybody in.
    """
    try:
        found = settings()
    except ConfigError:
        return None
    return found.sign_in


def trusted_proxies() -> list[str]:
    """The proxies whose word on a client's address is believed; none where the settings cannot be read."""
    try:
        return list(settings().trusted_proxies)
    except ConfigError:
        return []


def claims() -> Mapping[str, Any]:
    """What the provider said of whoever this script runs for; nothing outside of a script, or where nobody signs in."""
    # Asked only then, because Streamlit looks for its files of secrets each time.
    is_known = get_script_run_ctx() is not None and settings().sign_in is not None
    return st.user.to_dict() if is_known else {}


def carried() -> Mapping[str, str]:
    """The cookies of the browser that this script runs for; none outside of a script."""
    return dict(st.context.cookies.items()) if get_script_run_ctx() is not None else {}


def carries_link() -> bool:
    """Whether the browser says that it opened a read-only link, which may have ended."""
    return bool(carried().get(LINK_COOKIE))


def visitor_of(store: Store, said: Mapping[str, Any], cookies: Mapping[str, str]) -> Person:
    """Who is there: by a read-only link, if the browser opened one, else the person that signed in.

    A link counts first, also for who is signed in, so that an admin sees by it what others see. One that counts no more
    lets nobody in, whoever they are: they would believe to see what it shows.

    Raises:
        LinkEndedError: the link has expired or was revoked.
        NotSignedInError: nobody is signed in, or the sign-in has ended.
        NotAllowedError: the person may not use the dashboard at all.
    """
    opened = cookies.get(LINK_COOKIE)
    if not opened:
        return person_of(store, said)
    with store.read() as connection:
        link = links.link_by_pass(connection, opened)
    if link is None:
        raise LinkEndedError("This link has expired or was revoked. Open it again, or ask who sent it for another.")
    limit = Limit(frozenset() if link.client_id is None else frozenset({link.client_id}), frozenset(link.campaigns))
    return Person(f"link {link.link_id}", Role.VIEWER, link.link_id, link.expires_at, limit, link)


def person_of(store: Store, said: Mapping[str, Any]) -> Person:
    """The person of whom the provider said this, with the role of this moment.

    Raises:
        NotSignedInError: nobody is signed in, or the sign-in has ended.
        NotAllowedError: the person may not use the dashboard at all.
    """
    how = settings().sign_in
    if how is None:
        return LOCAL
    if not said.get("is_logged_in"):
        raise NotSignedInError("Sign in to see the results.")
    ends_at = _ends_at(said, how.lasts)
    if ends_at <= datetime.now(UTC):
        raise NotSignedInError("Your sign-in has expired. Sign in again to continue.")
    address, sign_in_id = _address(said, how), _sign_in_id(said)
    with store.read() as connection:
        if team.is_over(connection, sign_in_id):
            raise NotSignedInError("You have signed out. Sign in again to continue.")
        role = team.role_of(connection, address, allowed=how.allowed, admins=how.admins)
        clients = None if address in how.admins else team.clients_of(connection, address)
    if role is Role.NONE:
        raise NotAllowedError(f"{address} may not use this dashboard. Ask an admin, or use another account.")
    if clients is None:
        return Person(address, role, sign_in_id, ends_at)
    # Nobody can be both; should a row say so, the limit counts: an admin could lift it.
    return Person(address, min(role, Role.EDITOR, key=list(Role).index), sign_in_id, ends_at, Limit(clients))


def _address(said: Mapping[str, Any], how: SignIn) -> str:
    address = canonical(str(said.get("email") or ""))
    if address is None:
        raise NotAllowedError(
            "Your provider did not say which email address is yours. Its admin has to allow the scope email."
        )
    # Some providers write the text "true". An address that nobody checked could be anybody's.
    if said.get("email_verified") not in (True, "true") and not how.trusts_unverified:
        raise NotAllowedError(
            f"Your provider has not verified {address}. Confirm the address there, then sign in again."
        )
    return address


def _ends_at(said: Mapping[str, Any], lasts: timedelta | None) -> datetime:
    """When a sign-in counts no more: with its token, unless the settings say how long it lasts."""
    try:
        if lasts is None:
            return datetime.fromtimestamp(float(said["exp"]), UTC)
        return datetime.fromtimestamp(float(said["iat"]), UTC) + lasts
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        raise NotSignedInError("Your provider did not say when the sign-in ends. Sign in again.") from None


def _sign_in_id(said: Mapping[str, Any]) -> str:
    identity = json.dumps([said.get(name) for name in _IDENTITY])
    return hashlib.sha256(identity.encode()).hexdigest()
