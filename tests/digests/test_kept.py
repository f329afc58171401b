"""What a digest may be, and that the address of its webhook is a secret."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import SecretStr

from outreach_results.digests.kept import Every, add_digest, digests, remove_digest
from outreach_results.errors import ConflictError, OutreachError
from outreach_results.store.engine import Store, get_meta


def test_webhook_is_kept_encrypted(sqlite_store: Store) -> None:
    address = SecretStr("https://hooks.example.com/services/T0/B0/secret")
    digest = add_digest(sqlite_store, "Team", Every.DAILY, webhook=address)
    with sqlite_store.read() as connection:
        assert "secret" not in (get_meta(connection, "digests") or "")
    assert digest.webhook(sqlite_store, None) == address


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"to": ("nonsense",)}, "'nonsense' isn't an email address."),
        ({"to": ("a@example.com\nBcc: b@example.com",)}, "isn't an email address."),
        ({"to": ()}, "Name an email address or a webhook"),
        ({"to": tuple(f"p{n}@example.com" for n in range(51))}, "at most 50 recipients"),
        ({"webhook": SecretStr("http://hooks.example.com/x")}, "begins with https://"),
        ({"webhook": SecretStr("file:///etc/passwd")}, "begins with https://"),
        ({"to": ("a@example.com",), "hour": 24}, "The hour is from 0 to 23."),
        ({"name": "a\nb", "to": ("a@example.com",)}, "printable characters"),
    ],
)
def test_digest_that_cannot_be_is_refused(sqlite_store: Store, options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(OutreachError, match=sentence):
        add_digest(sqlite_store, options.pop("name", "Team"), Every.DAILY, **options)
    assert digests(sqlite_store) == []


def test_two_digests_have_two_names(sqlite_store: Store) -> None:
    add_digest(sqlite_store, "Team", Every.DAILY, to=("a@example.com",))
    with pytest.raises(ConflictError, match="There is a digest named 'Team' already"):
        add_digest(sqlite_store, "Team", Every.WEEKLY, to=("b@example.com",))
    remove_digest(sqlite_store, "Team")
    assert digests(sqlite_store) == []
    with pytest.raises(OutreachError, match="There is no digest 'Team'"):
        remove_digest(sqlite_store, "Team")
