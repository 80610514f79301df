"""Alembic's entry: run migrations on the connection that storage/migrate.py hands over."""

from __future__ import annotations

from alembic import context

# Imported for their tables, which Alembic compares with the database when a new migration is drafted.
from sso_portal.storage import (  # noqa: F401
    attempts,
    audit,
    clients,
    codes,
    consents,
    device_codes,
    keys,
    logout_notices,
    once,
    participations,
    pushed_requests,
    sessions,
    tokens,
    trace_events,
    users,
    versions,
)
from sso_portal.storage.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
