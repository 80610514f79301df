"""What a change of a client's metadata brings with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sso_portal.services.client_metadata import FIELDS, complete_metadata, has_secret, keeps_secret


def forgotten_columns(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, None]:
    """The columns that are empty from now on: a secret that the client's new way to authenticate has no use for."""
    changed = before["token_endpoint_auth_method"] != after["token_endpoint_auth_method"]
    useless = {"secret_hash": not has_secret(after), "secret_encrypted": not keeps_secret(after)}
    return {column: None for column, is_useless in useless.items() if changed and is_useless}


def replaced_metadata(before: Mapping[str, Any], metadata: Mapping[str, Any]) -> dict[str, Any]:
    """What a client that registered itself may have instead of ``before``: all but what is the operator's. Raises
    :class:`Refused`."""
    own = {name: before[name] for name, field in FIELDS.items() if field.own}
    # A client that becomes a public one has to use PKCE from now on.
    own["require_pkce"] = own["require_pkce"] or metadata.get("token_endpoint_auth_method") == "none"
    return complete_metadata({**metadata, **own})
