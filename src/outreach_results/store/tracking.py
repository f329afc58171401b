"""What each campaign tracks: what its source declares, and beside it what a person chose, which goes first.

A campaign whose source does not track meetings tracks those that people mark in the inbox, from the first one on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, case, func, or_, select, true, update

from outreach_results.errors import QueryError
from outreach_results.models import COST_COLUMNS, COUNT_OF, Detail, EventType
from outreach_results.models.metric_definitions import METRICS, TRACKED
from outreach_results.store import audit, schema
from outreach_results.store.engine import Store
from outreach_results.store.entries import with_entered_cost
from outreach_results.store.shown import shown_campaign

ColumnNames = frozenset[str]

_CHOICE = {True: "yes", False: "no", None: "by its source"}
_MEETINGS = METRICS[COUNT_OF[EventType.MEETING_BOOKED]].tracked_as


@dataclass(frozen=True, slots=True)
class Tracking:
    """What a campaign tracks, such as ``opens``, by what its source declares and by what a person chose.

    What neither speaks of is tracked, and so is what is ``marked`` by people, unless a person chose otherwise.
    """

    declared: dict[str, bool]
    chosen: dict[str, bool]
    marked: frozenset[str] = frozenset()

    @property
    def tracked(self) -> tuple[str, ...]:
        """Everything that is tracked, in the order of the registry."""
        known = self.declared | dict.fromkeys(self.marked, True) | self.chosen
        return tuple(kind for kind in TRACKED if known.get(kind, True))


def tracking_in(row: Row[tuple[object, ...]]) -> Tracking:
    """What a row of `campaigns` says of tracking."""
    columns = row._mapping
    declared, chosen = (
        {kind: bool(columns[name]) for kind, name in names.items() if columns[name] is not None}
        for names in (schema.DECLARED, schema.CHOSEN)
    )
    counts_marks = columns["has_marked_meetings"] and columns["detail"] == Detail.EVENTS
    return Tracking(declared, chosen, frozenset({_MEETINGS}) if counts_marks else frozenset())


def tracking_of(store: Store, campaign_id: str) -> Tracking:
    """What a campaign tracks.

    Raises:
        UnknownCampaignError: there is no such campaign.
    """
    with store.read() as connection:
        return tracking_in(shown_campaign(connection, campaign_id))


def choose_tracking(
    store: Store, campaign_id: str, choice: Mapping[str, bool | None], *, by: str | None = None
) -> Tracking:
    """Set what a campaign tracks, whatever its source declares; neither a sync nor an import changes it.

    Args:
        choice: whether something is tracked; None leaves it to the source again. What it does not name stays.

    Returns:
        What the campaign tracks now.

    Raises:
        QueryError: nothing of that name can be tracked.
        UnknownCampaignError: there is no such campaign.
    """
    unknown = [kind for kind in choice if kind not in TRACKED]
    if unknown:
        raise QueryError("tracking", f"{unknown[0][:20]!r} is nothing that is tracked. Use {', '.join(TRACKED)}.")
    table = schema.campaigns
    here = table.c.campaign_id == campaign_id
    with store.write() as connection:
        row = shown_campaign(connection, campaign_id)
        if choice:
            values: dict[str, object] = {schema.CHOSEN[kind]: value for kind, value in choice.items()}
            kinds = (chosen_here(row) | choice.keys()) - {kind for kind, value in choice.items() if value is None}
            values["tracks_chosen_here"] = "".join(f" {kind} " for kind in sorted(kinds)) or None
            connection.execute(update(table).where(here).values(values))
            row = connection.execute(select(table).where(here)).one()
            said = ", ".join(f"{kind} {_CHOICE[value]}" for kind, value in choice.items())
            audit.record(connection, audit.Action.CHANGED, f"tracking of campaign {campaign_id}: {said}", by=by)
        return tracking_in(row)


def chosen_here(row: Row[Any]) -> frozenset[str]:
    """What of a row of `campaigns` was chosen in this database, and not in one whose export was imported."""
    return frozenset((row.tracks_chosen_here or "").split())


def is_chosen_here(kind: str) -> str:
    """The same as SQL of a stored row."""
    return f"COALESCE(REPLACE(campaigns.tracks_chosen_here, ' {kind} ', '') <> campaigns.tracks_chosen_here, FALSE)"


def is_untracked(kind: str) -> ColumnElement[bool]:
    """Whether a row of `campaigns` does not track something."""
    chosen: ColumnElement[bool] = schema.campaigns.c[schema.CHOSEN[kind]]
    declared: ColumnElement[bool] = schema.campaigns.c[schema.DECLARED[kind]]
    if kind == _MEETINGS:
        # Where only totals of the source are stored, they stay those of the source.
        counts_marks = and_(schema.campaigns.c.has_marked_meetings, schema.campaigns.c.detail == Detail.EVENTS)
        declared = case((counts_marks, true()), else_=declared)
    return ~func.coalesce(chosen, declared, true())


def untracked_columns(connection: Connection, campaign_ids: Sequence[str] | None = None) -> dict[str, ColumnNames]:
    """The columns of `daily_stats` that each of these campaigns (None: all) does not track, by id.

    Campaigns that track everything are left out.
    """
    table = schema.campaigns
    flags = [is_untracked(kind).label(kind) for kind in TRACKED]
    query = select(table.c.campaign_id, *flags).where(or_(*map(is_untracked, TRACKED)))
    if campaign_ids is not None:
        query = query.where(table.c.campaign_id.in_(campaign_ids))
    untracked = {
        campaign_id: frozenset(name for kind, off in zip(TRACKED, row, strict=True) if off for name in TRACKED[kind])
        for campaign_id, *row in connection.execute(query)
    }
    entered = with_entered_cost(connection, campaign_ids)
    return untracked | {own: entered_cost_only(untracked.get(own)) for own in entered}


def entered_cost_only(untracked: ColumnNames | None) -> ColumnNames:
    """What a campaign does not track once its cost is entered: that is known, and its components are not."""
    return ((untracked or frozenset()) - {"cost"}) | frozenset(COST_COLUMNS)
