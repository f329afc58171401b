"""Read-only links: what somebody without a sign-in may see by one, until when, and whether it was used.

A link's address ends with 256 random bits, of which only the SHA-256 is kept: no list of likely ones contains them. A
password is chosen by people, so it is hashed with scrypt, which makes guessing slow. A browser that opened the link
carries a pass: the link's id, until when, and a MAC under the link's own random key, so that whoever knows the address
of a link with a password cannot make one.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, update

from outreach_results.errors import QueryError
from outreach_results.models.numbers import counted
from outreach_results.store import audit
from outreach_results.store.audit import Action
from outreach_results.store.brand import Brand, stored_logo
from outreach_results.store.engine import Store
from outreach_results.store.labels import read_book, require_client
from outreach_results.store.schema import share_links
from outreach_results.store.shown import shown_campaign

PAGES = ("overview", "trends", "inbox", "benchmarks")
"""The pages that can be shared: the others are about the account as a whole."""

WITH_RECIPIENTS = frozenset({"inbox"})
"""Those that show recipients."""

LONGEST = timedelta(days=366)
MAX_NAME = 100
SHORTEST_PASSWORD, LONGEST_PASSWORD = 8, 200
PASS_LASTS = timedelta(hours=12)
"""How long a browser is let in before it has to open the link again, and to give the password."""

LARGEST_LOGO = 100 * 1024
"""Bytes: less than in a report, because it is sent with each run of a page."""

USE_NOTED_EVERY = timedelta(minutes=1)

_SCRYPT: dict[str, int] = {"n": 2**15, "r": 8, "p": 1, "maxmem": 2**26, "dklen": 32}


@dataclass(frozen=True, slots=True)
class Link:
    """A link without its secrets.

    Exactly one of ``client_id`` and ``campaigns`` says what it shows. ``pages`` are in the order of `PAGES`.
    """

    link_id: str
    name: str
    client_id: str | None
    campaigns: tuple[str, ...]
    pages: tuple[str, ...]
    has_recipients: bool
    has_password: bool
    brand: Brand
    created_at: datetime
    created_by: str | None
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None

    def is_open(self, now: datetime) -> bool:
        """Whether it can be used."""
        return self.revoked_at is None and now < self.expires_at


def create_link(
    store: Store,
    name: str,
    *,
    client_id: str | None = None,
    campaigns: Collection[str] = (),
    pages: Collection[str],
    lasts: timedelta,
    has_recipients: bool = False,
    password: str = "",
    brand: Brand | None = None,
    by: str | None = None,
) -> str:
    """Make a link; returns the secret end of its address, which cannot be shown again.

    Args:
        client_id, campaigns: whose or which campaigns it shows; one of the two.
        has_recipients: whether the people to whom emails were sent, and their replies, are shown.

    Raises:
        QueryError: something of it cannot be; says what, and what is allowed.
        UnknownCampaignError: there is no such campaign.
    """
    shown = tuple(page for page in PAGES if page in pages)
    _check(name, client_id, campaigns, pages, lasts, password, has_recipients=has_recipients)
    token, now = secrets.token_urlsafe(32), datetime.now(UTC)
    salt = secrets.token_bytes(16)
    own = brand or Brand()
    if own.logo is not None and len(own.logo) > LARGEST_LOGO:
        said = f"The logo of a link has at most {LARGEST_LOGO // 1024} KB as a PNG. Use a smaller or simpler picture."
        raise QueryError("logo", said)
    with store.write(exclusive=True, is_data=False) as connection:
        if client_id is not None:
            require_client(read_book(connection).names, client_id)
        for campaign_id in campaigns:
            shown_campaign(connection, campaign_id)
        link_id = secrets.token_hex(6)
        connection.execute(
            insert(share_links),
            {
                "link_id": link_id,
                "name": name.strip(),
                "digest": _digest(token),
                "pass_key": secrets.token_hex(32),
                "client_id": client_id,
                "campaigns": json.dumps(sorted(set(campaigns))),
                "pages": json.dumps(shown),
                "has_recipients": has_recipients,
                "password_salt": salt.hex() if password else None,
                "password_hash": _hashed(password, salt) if password else None,
                "brand_name": own.name,
                "brand_color": own.color,
                "brand_logo": None if own.logo is None else own.logo.hex(),
                "created_at": now,
                "created_by": by,
                "expires_at": now + lasts,
            },
        )
        of = client_id or counted(len(set(campaigns)), "campaign")
        people = ", with recipients" if has_recipients else ""
        about = f"{name.strip()} ({of}: {', '.join(shown)}{people}, {link_id})"
        audit.record(connection, Action.LINK_CREATED, about, by=by)
    return token


def list_links(store: Store) -> list[Link]:
    """All links, the ended ones included, oldest first."""
    query = select(share_links).order_by(share_links.c.created_at, share_links.c.link_id)
    with store.read() as connection:
        return [_link(row) for row in connection.execute(query).mappings()]


def revoke_link(store: Store, link_id: str, *, by: str | None = None) -> Link:
    """End a link, from the next click of who uses it on.

    Raises:
        QueryError: there is none of that id that is not revoked yet.
    """
    with store.write(exclusive=True, is_data=False) as connection:
        row = connection.execute(
            update(share_links)
            .where(share_links.c.link_id == link_id, share_links.c.revoked_at.is_(None))
            .values(revoked_at=datetime.now(UTC))
            .returning(*share_links.c)
        ).mappings().first()  # fmt: skip
        if row is None:
            raise QueryError("link", f"There is no link {link_id[:40]!r} to revoke. See: outreach-results links list")
        audit.record(connection, Action.LINK_REVOKED, f"{row['name']} ({link_id})", by=by)
    return _link(row)


# --- opening -----------------------------------------------------------------------------------------------------


def link_of(store: Store, token: str) -> Link | None:
    """The link whose address ends so, if it can be used."""
    with store.read() as connection:
        row = _row(connection, share_links.c.digest == _digest(token))
    return _usable(row)


def has_right_password(store: Store, link: Link, password: str) -> bool:
    """Whether that is the password of a link that has one. Takes about a tenth of a second, and 32 MB, on purpose."""
    with store.read() as connection:
        row = _row(connection, share_links.c.link_id == link.link_id)
    if row is None or not row["password_hash"]:
        return False
    given = _hashed(password[: LONGEST_PASSWORD + 1], bytes.fromhex(row["password_salt"]))
    return hmac.compare_digest(given, row["password_hash"])


def pass_for(store: Store, link: Link) -> tuple[str, datetime]:
    """What a browser carries that may use the link, and until when."""
    until = min(link.expires_at, datetime.now(UTC) + PASS_LASTS)
    with store.read() as connection:
        row = _row(connection, share_links.c.link_id == link.link_id)
    key = row["pass_key"] if row is not None else secrets.token_hex(32)
    beginning = f"{link.link_id}.{int(until.timestamp())}"
    return f"{beginning}.{_mac(key, beginning)}", until


def link_by_pass(connection: Connection, carried: str) -> Link | None:
    """The link of a pass, if both count."""
    link_id, _, rest = carried[:200].partition(".")
    until, _, mac = rest.partition(".")
    row = _row(connection, share_links.c.link_id == link_id)
    key = row["pass_key"] if row is not None else "00"
    is_right = hmac.compare_digest(_mac(key, f"{link_id}.{until}").encode(), mac.encode(errors="replace"))
    if not is_right or not until.isdecimal() or datetime.now(UTC).timestamp() >= int(until):
        return None
    return _usable(row)


def note_use(store: Store, link: Link) -> None:
    """Keep that a link was used just now; at most once a minute. No answer depends on it."""
    now = datetime.now(UTC)
    if link.last_used_at is not None and now - link.last_used_at < USE_NOTED_EVERY:
        return
    with store.write(is_data=False) as connection:
        connection.execute(update(share_links).where(share_links.c.link_id == link.link_id).values(last_used_at=now))


def _check(
    name: str,
    client_id: str | None,
    campaigns: Collection[str],
    pages: Collection[str],
    lasts: timedelta,
    password: str,
    *,
    has_recipients: bool,
) -> None:
    if not 1 <= len(name.strip()) <= MAX_NAME or not name.isprintable():
        raise QueryError("name", f"Give the link a name of 1 to {MAX_NAME} printable characters.")
    if (client_id is None) == (not campaigns):
        raise QueryError("campaigns", "A link shows either the campaigns of a client or chosen campaigns.")
    unknown = [page for page in pages if page not in PAGES]
    if unknown or not pages:
        raise QueryError("pages", f"A link shows one or more of {', '.join(PAGES)}.")
    if WITH_RECIPIENTS & set(pages) and not has_recipients:
        raise QueryError("pages", "The inbox shows recipients. Leave it out, or allow recipients' data.")
    if not timedelta(0) < lasts <= LONGEST:
        raise QueryError("lasts", f"A link lasts at most {LONGEST.days} days.")
    if password and not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise QueryError(
            "password",
            f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters. Without one, leave it out.",
        )


def _row(connection: Connection, which: Any) -> RowMapping | None:
    return connection.execute(select(share_links).where(which)).mappings().first()


def _usable(row: RowMapping | None) -> Link | None:
    link = None if row is None else _link(row)
    return link if link is not None and link.is_open(datetime.now(UTC)) else None


def _link(row: RowMapping) -> Link:
    return Link(
        link_id=row["link_id"],
        name=row["name"],
        client_id=row["client_id"],
        campaigns=tuple(json.loads(row["campaigns"])),
        pages=tuple(json.loads(row["pages"])),
        has_recipients=row["has_recipients"],
        has_password=row["password_hash"] is not None,
        brand=Brand(row["brand_name"], row["brand_color"], stored_logo(row["brand_logo"])),
        created_at=row["created_at"],
        created_by=row["created_by"],
        expires_at=row["expires_at"],
        revoked_at=row["revoked_at"],
        last_used_at=row["last_used_at"],
    )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _hashed(password: str, salt: bytes) -> str:
    return hashlib.scrypt(password.encode("utf-8", "surrogatepass"), salt=salt, **_SCRYPT).hex()


def _mac(key: str, text: str) -> str:
    return hmac.new(bytes.fromhex(key), text.encode(errors="replace"), hashlib.sha256).hexdigest()
