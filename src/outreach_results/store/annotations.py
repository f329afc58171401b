"""Annotations: notes of people on a day, such as "new subject line"."""

from __future__ import annotations

import secrets
import unicodedata
from datetime import UTC, date, datetime

from sqlalchemy import delete, insert

from outreach_results.errors import QueryError
from outreach_results.models import YEARS, Annotation
from outreach_results.store import audit, schema
from outreach_results.store.engine import Store
from outreach_results.store.shown import shown_campaign

MAX_LENGTH = 200


def add(store: Store, day: date, text: str, *, campaign_id: str = "", author: str | None = None) -> Annotation:
    """Add an annotation to a day.

    Args:
        text: one line; line breaks become spaces.
        campaign_id: the campaign that it concerns; '' for all campaigns.

    Raises:
        QueryError: the text is empty or too long, or the day cannot be right.
        UnknownCampaignError: there is no such campaign.
    """
    if day.year not in YEARS:
        raise QueryError("date", f"The year {day.year} cannot be right.")
    added = Annotation(secrets.token_hex(8), day, campaign_id, _one_line(text), author, datetime.now(UTC))
    restore(store, added, by=author)
    return added


def restore(store: Store, annotation: Annotation, *, by: str | None = None) -> None:
    """Write an annotation with its own id: undoes `remove`.

    Raises:
        UnknownCampaignError: its campaign is not there.
    """
    with store.write() as connection:
        if annotation.campaign_id:
            shown_campaign(connection, annotation.campaign_id)
        connection.execute(
            insert(schema.annotations),
            {
                "campaign_id": annotation.campaign_id,
                "annotation_id": annotation.annotation_id,
                "date": annotation.date,
                "text": annotation.text,
                "author": annotation.author,
                "created_at": annotation.created_at,
            },
        )
        audit.record(connection, audit.Action.NOTED, _audit_text(annotation), by=by)


def remove(store: Store, annotation: Annotation, *, by: str | None = None) -> bool:
    """Delete an annotation; False if it was not there any more."""
    table = schema.annotations
    key = (
        table.c.campaign_id == annotation.campaign_id,
        table.c.annotation_id == annotation.annotation_id,
    )
    with store.write() as connection:
        gone = connection.execute(delete(schema.annotations).where(*key).returning(table.c.annotation_id)).all()
        if gone:
            audit.record(connection, audit.Action.NOTE_REMOVED, _audit_text(annotation), by=by)
        return bool(gone)


def _audit_text(annotation: Annotation) -> str:
    # Without its text, which may name a recipient.
    return f"{annotation.date}, {f'campaign {annotation.campaign_id}' if annotation.campaign_id else 'all campaigns'}"


def _one_line(text: str) -> str:
    """The text as one line without control characters."""
    visible = "".join(" " if unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") else char for char in text)
    line = " ".join(visible.split())
    if not line:
        raise QueryError("text", "Enter some text first.")
    if len(line) > MAX_LENGTH:
        raise QueryError("text", f"The note has {len(line)} characters; {MAX_LENGTH} are allowed.")
    return line
