"""What can be registered of a client: RFC 7591 names and ours, their types, defaults and rules.

One table drives reading, checking and the command line's ``--set FIELD=VALUE``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sso_portal.base.errors import Refused
from sso_portal.base.urls import redirect_uri_problem

Check = Callable[[Any], str | None]


@dataclass(frozen=True)
class Field:
    """One metadata member: its type, its default and the check of its value."""

    kind: type[str] | type[bool] | type[list[str]]
    default: Any
    check: Check = lambda _value: None


def _one_of(*allowed: str) -> Check:
    return lambda value: None if value in allowed else f"is one of {', '.join(allowed)}"


def _each_of(*allowed: str) -> Check:
    def check(values: list[str]) -> str | None:
        strange = [value for value in values if value not in allowed]
        return f"cannot hold {', '.join(strange)}; known are {', '.join(allowed)}" if strange else None

    return check


def _redirect_uris(values: list[str]) -> str | None:
    for uri in values:
        problem = redirect_uri_problem(uri)
        if problem:
            return f"{uri} {problem}"
    return None


def _web_address(value: str) -> str | None:
    if not value:
        return None
    return (
        None
        if value.startswith(("https://", "http://")) and not redirect_uri_problem(value)
        else "is not a web address"
    )


def _scope(value: str) -> str | None:
    strange = [letter for letter in value if not (letter == " " or "!" <= letter <= "~") or letter in '"\\']
    return "has characters that no scope may have (RFC 6749, section 3.3)" if strange else None


GRANT_TYPES = ("authorization_code", "refresh_token")
RESPONSE_TYPES = ("code",)
AUTHENTICATION_METHODS = ("client_secret_basic", "client_secret_post", "none")
CONSENT_POLICIES = ("silent", "once", "explicit")

FIELDS: Mapping[str, Field] = {
    "client_name": Field(str, ""),
    "client_name#zh-CN": Field(str, ""),
    "client_uri": Field(str, "", _web_address),
    "logo_uri": Field(str, "", _web_address),
    "policy_uri": Field(str, "", _web_address),
    "tos_uri": Field(str, "", _web_address),
    "redirect_uris": Field(list[str], [], _redirect_uris),
    "post_logout_redirect_uris": Field(list[str], [], _redirect_uris),
    "grant_types": Field(list[str], ["authorization_code", "refresh_token"], _each_of(*GRANT_TYPES)),
    "response_types": Field(list[str], ["code"], _each_of(*RESPONSE_TYPES)),
    "scope": Field(str, "openid profile email", _scope),
    "token_endpoint_auth_method": Field(str, "client_secret_basic", _one_of(*AUTHENTICATION_METHODS)),
    "id_token_signed_response_alg": Field(str, "RS256", _one_of("ES256", "RS256")),
    "consent": Field(str, "once", _one_of(*CONSENT_POLICIES)),
    "always_authenticate": Field(bool, False),
    "first_party": Field(bool, False),
    "require_pkce": Field(bool, True),
}


DEFAULTS: Mapping[str, Any] = {name: field.default for name, field in FIELDS.items()}
"""What a member is when nothing was said."""


def complete_metadata(given: Mapping[str, Any]) -> dict[str, Any]:
    """``given`` with defaults filled in and every rule checked.

    Raises :class:`Refused` naming the first member that is not right.
    """
    unknown = sorted(set(given) - set(FIELDS))
    if unknown:
        raise Refused(f"{unknown[0]}: there is no such field; known are {', '.join(FIELDS)}.")
    metadata: dict[str, Any] = {}
    for name, field in FIELDS.items():
        value = given.get(name, field.default)
        if not _has_kind(value, field.kind):
            raise Refused(f"{name}: expected {_KIND_NAMES[field.kind]}, found {json.dumps(value, ensure_ascii=False)}.")
        problem = field.check(value)
        if problem:
            raise Refused(f"{name}: {problem}.")
        metadata[name] = list(value) if isinstance(value, list) else value
    _check_together(metadata)
    return metadata


_KIND_NAMES: Mapping[Any, str] = {str: "text", bool: "true or false", list[str]: "a list of texts"}


def _has_kind(value: object, kind: Any) -> bool:
    if kind is bool:
        return isinstance(value, bool)
    if kind is str:
        return isinstance(value, str)
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def is_public(metadata: Mapping[str, Any]) -> bool:
    """Whether the client cannot keep a secret (RFC 6749, section 2.1)."""
    return bool(metadata["token_endpoint_auth_method"] == "none")  # noqa: S105 - no password, the method none


def _check_together(metadata: Mapping[str, Any]) -> None:
    if not metadata["client_name"].strip():
        raise Refused("client_name: a client needs a name that people will read.")
    if "authorization_code" in metadata["grant_types"] and not metadata["redirect_uris"]:
        raise Refused("redirect_uris: a client that sends people to sign in needs at least one.")
    if "code" in metadata["response_types"] and "authorization_code" not in metadata["grant_types"]:
        raise Refused("response_types: code needs authorization_code among the grant_types (RFC 7591, section 2.1).")
    if is_public(metadata) and not metadata["require_pkce"]:
        raise Refused("require_pkce: a client without a secret always uses PKCE (RFC 9700, section 2.1.1).")


def parse_assignment(assignment: str) -> tuple[str, Any]:
    """``FIELD=VALUE`` as a metadata member; lists are JSON or separated by spaces, booleans ``true`` or ``false``.

    Raises :class:`Refused`.
    """
    name, separator, text = assignment.partition("=")
    field = FIELDS.get(name)
    if not separator or field is None:
        raise Refused(f"{assignment!r} is not FIELD=VALUE with one of: {', '.join(FIELDS)}.")
    if field.kind is bool:
        if text not in {"true", "false"}:
            raise Refused(f"{name}: is true or false.")
        return name, text == "true"
    if field.kind is str:
        return name, text
    try:
        return name, json.loads(text) if text.startswith("[") else text.split()
    except ValueError:
        raise Refused(f"{name}: {text!r} is not a JSON list.") from None
