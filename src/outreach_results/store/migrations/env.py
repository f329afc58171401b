"""Alembic's entry: runs the revisions on the connection that the store lends it."""

from alembic import context

from outreach_results.store.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
