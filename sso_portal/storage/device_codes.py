"""Device codes and the short codes that people type for them (RFC 8628): stored by hash, consumed once."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Column, ForeignKey, Integer, String, Table, Text

from sso_portal.storage.schema import metadata, time_column

device_codes = Table(
    "device_codes",
    metadata,
    Column("device_code_hash", String(64), primary_key=True),
    Column("user_code_hash", String(64), nullable=False, unique=True),
    Column("family_id", String(64), nullable=False),
    Column("client_id", String(200), nullable=False),
    Column("scope", Text, nullable=False),
    time_column("issued_at"),
    time_column("expires_at", index=True),
    Column("poll_seconds", Integer, nullable=False),
    time_column("polled_at", nullable=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE")),
    Column("sid", String(64)),
    time_column("auth_time", nullable=True),
    # "allowed" or "denied", NULL while the person has not answered.
    Column("decision", String(10)),
    time_column("decided_at", nullable=True),
    time_column("consumed_at", nullable=True),
)


@dataclass(frozen=True)
class DeviceCode:
    """One device's wish to be let in; ``scope`` is what it asked for, after the answer what was granted."""

    device_code_hash: str
    user_code_hash: str
    family_id: str
    client_id: str
    scope: str
    issued_at: int
    expires_at: int
    poll_seconds: int
    polled_at: int | None = None
    user_id: int | None = None
    sid: str | None = None
    auth_time: int | None = None
    decision: str | None = None
    decided_at: int | None = None
    consumed_at: int | None = None
