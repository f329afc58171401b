"""Writes what sources say of campaigns, and settles what stays where two disagree."""

from __future__ import annotations

from sqlalchemy import Connection, select

from outreach_results.ingest.label_writer import write_labels
from outreach_results.ingest.merging import (
    CAMPAIGN,
    CAMPAIGN_RULES,
    CAMPAIGN_RULES_OF_AUTHORITY,
    entries_rank,
)
from outreach_results.ingest.records import CampaignRecord
from outreach_results.ingest.report import LoadReport
from outreach_results.ingest.rollup_updates import RollupUpdater
from outreach_results.models import Detail
from outreach_results.models.metric_definitions import TRACKED
from outreach_results.store import entries, rollup, schema
from outreach_results.store.entries import Entries
from outreach_results.store.tracking import chosen_here, tracking_in
from outreach_results.store.write import Encoder, Row, insert_new, merge


class CampaignWriter:
    """Keeps the campaigns of a batch, one record for each, and writes them.

    What people chose or entered in this database stays. Of what they chose elsewhere, as two files tell it, one thing
    stays whichever file came first; the report names what gave way.
    """

    def __init__(
        self,
        connection: Connection,
        encoder: Encoder,
        report: LoadReport,
        *,
        is_sample: bool,
        replace: bool,
        load_no: int,
    ) -> None:
        self._records: dict[str, CampaignRecord] = {}
        self._connection = connection
        self._encoder = encoder
        self._report = report
        self._is_sample = is_sample
        self._replace = replace
        self._load_no = load_no

    def has_another(self, record: CampaignRecord) -> bool:
        """Whether a record is kept that describes the same campaign differently."""
        return self._records.get(record.campaign_id, record) != record

    def keep(self, record: CampaignRecord) -> None:
        """Take a record, in the place of any other of the same campaign."""
        self._records[record.campaign_id] = record

    def write(self, days: RollupUpdater) -> None:
        """Write them, and let the days of a campaign follow the detail in which it is known now."""
        if not self._records:
            return
        rows = [self._row(record) for record in self._records.values()]
        self._report.campaigns.update(self._records)
        inserted = insert_new(self._connection, schema.campaigns, CAMPAIGN, rows)
        if inserted < len(rows):
            for detail, switch in (
                (Detail.EVENTS, days.switch_to_events),
                (Detail.DAILY, days.switch_to_days),
            ):
                switch(record.campaign_id for record in self._records.values() if record.detail == detail)
            if not self._replace:
                self._note_other_choices()
            rules = CAMPAIGN_RULES_OF_AUTHORITY if self._replace else CAMPAIGN_RULES
            merge(self._connection, schema.campaigns, CAMPAIGN, rows, rules)
        for record in self._records.values():
            if record.entered != Entries():
                self._enter(record)
            if record.labels is not None:
                write_labels(self._connection, record.campaign_id, record.labels, replace=self._replace)
        self._report.inserted["campaigns"] += inserted
        self._records.clear()

    def _row(self, record: CampaignRecord) -> Row:
        at = record.created_at
        declared, chosen = dict(record.tracks), dict(record.tracks_choice)
        if self._replace:  # what people chose at the authority is what it declares; the choice here is made here
            declared, chosen = declared | chosen, {}
        return (
            *record[:3],
            self._encoder.instant(at),
            self._encoder.day(at),
            record.detail,
            self._is_sample,
            self._load_no,
            *map(declared.get, TRACKED),
            *map(chosen.get, TRACKED),
        )

    def _note_other_choices(self) -> None:
        """Say which choices of tracking give way: to those made here, or to what another file says is tracked."""
        choosing = [own_id for own_id, record in self._records.items() if record.tracks_choice]
        if not choosing:
            return
        table = schema.campaigns
        these = rollup.id_in(self._connection, table.c.campaign_id, choosing)
        for row in self._connection.execute(select(table).where(these).order_by(table.c.campaign_id)):
            stored, here = tracking_in(row).chosen, chosen_here(row)
            for kind, choice in self._records[row.campaign_id].tracks_choice:
                if stored.get(kind, choice) != choice:
                    kept = stored[kind] if kind in here else True
                    why = ", as was chosen here" if kind in here else ""
                    self._report.add_note(
                        f"It was chosen that {row.campaign_id!r} tracks {kind}, and that it does not: it was kept that "
                        f"it {'does' if kept else 'does not'}{why}."
                    )

    def _enter(self, record: CampaignRecord) -> None:
        stored = entries.entries_in(self._connection, record.campaign_id)
        if stored == record.entered:
            return
        if stored != Entries():
            is_here = not entries.is_from_file(self._connection, record.campaign_id)
            is_kept = is_here or entries_rank(stored) >= entries_rank(record.entered)
            kept, lost = (stored, record.entered) if is_kept else (record.entered, stored)
            self._report.add_note(
                f"Two things were entered of {record.campaign_id!r}: {_named(kept)} was kept"
                f"{' as entered here' if is_here else ''}, {_named(lost)} was not."
            )
            if is_kept:
                return
            entries.remove(self._connection, record.campaign_id)
        entries.add(self._connection, record.campaign_id, record.entered, is_from_file=True)


def _named(entered: Entries) -> str:
    cost = entered.cost_usd
    parts = {
        "name": entered.name and repr(entered.name),
        "type": entered.mcp and repr(entered.mcp),
        "cost": None if cost is None else f"${cost} per {entered.cost_per}",
    }
    return ", ".join(f"{label} {value}" for label, value in parts.items() if value)
