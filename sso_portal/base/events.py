"""The names of what the audit log remembers: in the past tense, and never changed once they are in a database."""

from __future__ import annotations

from typing import Literal, get_args

EventName = Literal[
    # People and their sign-ins.
    "signed_in",
    "sign_in_failed",
    "account_locked",
    "address_locked",
    "signed_out",
    "session_ended",
    "site_ended",
    # What sites are given.
    "site_entered",
    "consent_given",
    "consent_refused",
    "access_removed",
    "device_let_in",
    "device_refused",
    # Codes and tokens.
    "code_replayed",
    "device_code_replayed",
    "refresh_token_replayed",
    "tokens_given_back",
    # Accounts.
    "account_added",
    "account_changed",
    "account_disabled",
    "account_enabled",
    "password_changed",
    "roles_changed",
    # Clients.
    "client_refused",
    "client_added",
    "client_changed",
    "client_removed",
    "client_secret_changed",
    # Keys.
    "keys_made",
    "keys_rotated",
    "key_removed",
    "keys_deleted",
]

EVENT_NAMES: tuple[EventName, ...] = get_args(EventName)
