"""Alembic's entry: runs the revisions on the connection that the store lends it."""

from alembic import context
from sqlalchemy import delete

from outreach_results.store import entries, rollup
from outreach_results.store.replies import inbox_table
from outreach_results.store.schema import meta, metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()

# A revision that changes what is derived leaves a mark; it is derived anew only when all revisions have run, because
# today's code fits today's tables and none of those on the way to them.
for mark, derive_anew in (("rollups", rollup.rebuild_all), ("inbox", inbox_table.rebuild)):
    if connection.execute(delete(meta).where(meta.c.key == mark)).rowcount:
        entries.restore_source_values(connection)
        derive_anew(connection)
        entries.apply(connection)
