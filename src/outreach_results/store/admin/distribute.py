"""Spreading the tables over the machines of a Citus cluster, the distributed PostgreSQL.

Tables with a ``campaign_id`` are distributed by it, all of a campaign on one machine, so that no join and no foreign
key ever reaches another. What pages read beside them is copied to every machine (a reference table). What only says
what was done with the database is written all the time and joined with nothing: it stays on the coordinator.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from sqlalchemy import Table, text

from outreach_results.errors import StoreError
from outreach_results.store.engine import Store
from outreach_results.store.schema import campaigns, metadata

DISTRIBUTED_BY = "campaign_id"
ON_EVERY_MACHINE = frozenset({"benchmarks", "campaign_labels", "clients", "deleted_campaigns", "label_rules", "plan"})


class Placement(StrEnum):
    """Where a table's rows lie."""

    DISTRIBUTED = "distributed by campaign"
    REFERENCE = "on every machine"
    LOCAL = "on the coordinator"


def placement(table: Table) -> Placement:
    """Where that table's rows belong."""
    if DISTRIBUTED_BY in table.c:
        return Placement.DISTRIBUTED
    return Placement.REFERENCE if table.name in ON_EVERY_MACHINE else Placement.LOCAL


def statements(already: Collection[str] = ()) -> list[str]:
    """What has to be run, in this order, on a database where the tables of these names are placed ``already``.

    ``campaigns`` comes first, because Citus colocates a table only with one that is distributed already. The others
    come after the tables they refer to: Citus accepts a foreign key only between tables that are distributed alike.
    """
    placing = [_placing(table) for table in _to_place(already)]
    # The rows have moved to their machines by then; what is left on the coordinator is a hidden copy of them.
    emptying = [
        f"SELECT truncate_local_data_after_distributing_table('{table.name}')"
        for table in reversed(metadata.sorted_tables)
        if placement(table) is Placement.DISTRIBUTED
    ]
    return placing + emptying


def _to_place(already: Collection[str]) -> list[Table]:
    """The tables that are not placed yet, in the order in which they have to be."""
    missing = [
        table
        for table in metadata.sorted_tables
        if table.name not in already and placement(table) is not Placement.LOCAL
    ]
    # `sorted_tables` follows foreign keys only, and not every table beside the campaigns refers to them.
    return sorted(missing, key=lambda table: table is not campaigns)


def _placing(table: Table) -> str:
    if placement(table) is Placement.REFERENCE:
        return f"SELECT create_reference_table('{table.name}')"
    beside = "none" if table is campaigns else campaigns.name
    return f"SELECT create_distributed_table('{table.name}', '{DISTRIBUTED_BY}', colocate_with => '{beside}')"


def distribute(store: Store) -> list[str]:
    """Place every table that is not placed yet, with the rows it holds; the names of those.

    Each table is placed in a transaction of its own, as Citus wants it where foreign keys join them. Doing it again
    goes on where it was cut off, and changes nothing where all is done.

    Raises:
        StoreError: the database is no PostgreSQL with the Citus extension; nothing was changed.
    """
    already = _placed(store)
    for statement in statements(already):
        with store.write(exclusive=True, is_data=False) as connection:
            connection.exec_driver_sql(statement)
    return [table.name for table in _to_place(already)]


def workers(store: Store) -> int:
    """How many machines beside the coordinator hold rows of the cluster."""
    with store.read() as connection:
        return int(connection.execute(text("SELECT count(*) FROM citus_get_active_worker_nodes()")).scalar_one())


def _placed(store: Store) -> set[str]:
    """The tables that Citus knows of already."""
    if store.is_sqlite:
        raise StoreError(
            "A SQLite file cannot be distributed. Move to PostgreSQL first: outreach-results copy --to postgresql://…"
        )
    with store.read() as connection:
        is_created = connection.execute(
            text("SELECT installed_version IS NOT NULL FROM pg_available_extensions WHERE name = 'citus'")
        ).scalar()
        if is_created is None:
            raise StoreError(
                "This PostgreSQL server does not have the Citus extension, so the tables cannot be distributed; "
                "nothing was changed. Install Citus on it (https://docs.citusdata.com), or stay with one machine."
            )
        if not is_created:
            raise StoreError(
                "Citus is installed on this server but not switched on in this database; nothing was changed. "
                "Run CREATE EXTENSION citus in it as a superuser, then try again."
            )
        placed = text("SELECT c.relname FROM pg_dist_partition p JOIN pg_class c ON c.oid = p.logicalrelid")
        return set(connection.execute(placed).scalars())
