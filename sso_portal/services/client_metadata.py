"""What can be registered of a client: RFC 7591 names and ours, their types, defaults and rules.

One table drives reading, checking and the command line's ``--set FIELD=VALUE``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sso_portal.base.client_jose import (
    CONTENT_ENCRYPTION_ALGORITHMS,
    KEY_ENCRYPTION_ALGORITHMS,
    VERIFICATION_ALGORITHMS,
)
from sso_portal.base.errors import Refused
from sso_portal.base.jose import ENCRYPTION_ALGORITHMS, SIGNING_ALGORITHMS
from sso_portal.base.urls import host_name, origin
from sso_portal.services import client_metadata_checks as checks
from sso_portal.services.client_metadata_checks import Check
from sso_portal.services.profiles import PROFILES, profile_faults
from sso_portal.services.protected_sites import check_forward_auth, forward_auth_problem


@dataclass(frozen=True)
class Field:
    """One metadata member: its type, its default and the check of its value.

    ``own`` marks members that only the portal's operator may set: a client that registers itself has no say in them.
    """

    kind: Any
    default: Any
    check: Check = lambda _value: None
    own: bool = False


DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"  # noqa: S105 - the name of a grant
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
GRANT_TYPES = (
    "authorization_code",
    "refresh_token",
    "client_credentials",
    "password",
    "implicit",
    DEVICE_CODE,
    TOKEN_EXCHANGE,
    JWT_BEARER,
)
OPERATORS_GRANTS = (TOKEN_EXCHANGE, JWT_BEARER)
"""Grants by which a client speaks for people who are elsewhere: no client may register itself for them."""

RESPONSE_TYPES = (
    "code",
    "token",
    "id_token",
    "id_token token",
    "code id_token",
    "code token",
    "code id_token token",
    "none",
)
"""Their words in the order of the specification's own table; a request may send them in any order."""

SECRET_METHODS = ("client_secret_basic", "client_secret_post")
CERTIFICATE_METHODS = ("tls_client_auth", "self_signed_tls_client_auth")
"""Offered only where a reverse proxy hands on the certificates of clients (RFC 8705, section 2)."""

AUTHENTICATION_METHODS = (*SECRET_METHODS, "client_secret_jwt", "private_key_jwt", *CERTIFICATE_METHODS, "none")
CERTIFICATE_NAMES = tuple(
    f"tls_client_auth_{kind}" for kind in ("subject_dn", "san_dns", "san_uri", "san_ip", "san_email")
)
"""What a certificate may be known by; a client registers exactly one of them (RFC 8705, section 2.1.2)."""

CONSENT_POLICIES = ("silent", "once", "explicit")

_SIGNED_OR_PLAIN = ("", *SIGNING_ALGORITHMS)
_VERIFIED = ("", *VERIFICATION_ALGORITHMS, "HS256")
_KEY_ENCRYPTION = ("", *KEY_ENCRYPTION_ALGORITHMS)
_CONTENT_ENCRYPTION = ("", *CONTENT_ENCRYPTION_ALGORITHMS)

FIELDS: Mapping[str, Field] = {
    "client_name": Field(str, ""),
    "client_name#zh-CN": Field(str, ""),
    "client_uri": Field(str, "", checks.web_address),
    "logo_uri": Field(str, "", checks.web_address),
    "policy_uri": Field(str, "", checks.web_address),
    "tos_uri": Field(str, "", checks.web_address),
    "contacts": Field(list[str], []),
    "software_id": Field(str, ""),
    "software_version": Field(str, ""),
    "application_type": Field(str, "web", checks.one_of("web", "native")),
    "redirect_uris": Field(list[str], [], checks.redirect_uris),
    "post_logout_redirect_uris": Field(list[str], [], checks.redirect_uris),
    "backchannel_logout_uri": Field(str, "", checks.web_address),
    "backchannel_logout_session_required": Field(bool, False),
    "frontchannel_logout_uri": Field(str, "", checks.web_address),
    "frontchannel_logout_session_required": Field(bool, False),
    "initiate_login_uri": Field(str, "", checks.web_address),
    "grant_types": Field(list[str], ["authorization_code", "refresh_token"], checks.each_of(*GRANT_TYPES)),
    "response_types": Field(list[str], ["code"], checks.each_of(*RESPONSE_TYPES)),
    "scope": Field(str, "openid profile email", checks.scope),
    "token_endpoint_auth_method": Field(str, "client_secret_basic", checks.one_of(*AUTHENTICATION_METHODS)),
    "token_endpoint_auth_signing_alg": Field(str, "", checks.one_of(*_VERIFIED)),
    "tls_client_auth_subject_dn": Field(str, "", checks.subject_name),
    "tls_client_auth_san_dns": Field(str, ""),
    "tls_client_auth_san_uri": Field(str, ""),
    "tls_client_auth_san_ip": Field(str, "", checks.ip_address),
    "tls_client_auth_san_email": Field(str, ""),
    "tls_client_certificate_bound_access_tokens": Field(bool, False),
    "dpop_bound_access_tokens": Field(bool, False),
    "jwks": Field(dict[str, Any], {}, checks.jwk_set),
    "jwks_uri": Field(str, "", checks.web_address),
    "subject_type": Field(str, "public", checks.one_of("public", "pairwise")),
    "sector_identifier_uri": Field(str, "", checks.web_address),
    "id_token_signed_response_alg": Field(str, "RS256", checks.one_of(*SIGNING_ALGORITHMS)),
    "id_token_encrypted_response_alg": Field(str, "", checks.one_of(*_KEY_ENCRYPTION)),
    "id_token_encrypted_response_enc": Field(str, "", checks.one_of(*_CONTENT_ENCRYPTION)),
    "userinfo_signed_response_alg": Field(str, "", checks.one_of(*_SIGNED_OR_PLAIN)),
    "userinfo_encrypted_response_alg": Field(str, "", checks.one_of(*_KEY_ENCRYPTION)),
    "userinfo_encrypted_response_enc": Field(str, "", checks.one_of(*_CONTENT_ENCRYPTION)),
    "authorization_signed_response_alg": Field(str, "RS256", checks.one_of(*SIGNING_ALGORITHMS)),
    "authorization_encrypted_response_alg": Field(str, "", checks.one_of(*_KEY_ENCRYPTION)),
    "authorization_encrypted_response_enc": Field(str, "", checks.one_of(*_CONTENT_ENCRYPTION)),
    "request_object_signing_alg": Field(str, "", checks.one_of(*_VERIFIED, "none")),
    "require_signed_request_object": Field(bool, False),
    "request_object_encryption_alg": Field(str, "", checks.one_of("", *ENCRYPTION_ALGORITHMS)),
    "request_object_encryption_enc": Field(str, "", checks.one_of(*_CONTENT_ENCRYPTION)),
    "require_pushed_authorization_requests": Field(bool, False),
    "request_uris": Field(list[str], [], checks.request_uris),
    "default_max_age": Field(int, None, checks.age),
    "require_auth_time": Field(bool, False),
    "default_acr_values": Field(list[str], []),
    "consent": Field(str, "once", checks.one_of(*CONSENT_POLICIES), own=True),
    # A set of demands that it is held to as a whole.
    "profile": Field(str, "", checks.one_of(*PROFILES), own=True),
    "always_authenticate": Field(bool, False, own=True),
    "first_party": Field(bool, False, own=True),
    "require_pkce": Field(bool, True, own=True),
    # May ask about every access token, not only about its own: an API that checks tokens by introspection.
    "resource_server": Field(bool, False, own=True),
    # Of an API: what tokens may be asked for it by (RFC 8707), which scopes mean something there, what its tokens are.
    "resource_uris": Field(list[str], [], checks.resource_uris, own=True),
    "resource_scopes": Field(str, "", checks.scope, own=True),
    # What those scopes let a site do, in sentences that go on from "this site would like to".
    "resource_scope_descriptions": Field(dict[str, Any], {}, checks.scope_descriptions, own=True),
    "resource_scope_descriptions#zh-CN": Field(dict[str, Any], {}, checks.scope_descriptions, own=True),
    "access_token_format": Field(str, "opaque", checks.one_of("opaque", "jwt"), own=True),
    "access_token_signed_response_alg": Field(str, "ES256", checks.one_of(*SIGNING_ALGORITHMS), own=True),
    # The APIs that a client may have tokens for (empty: all), and may exchange tokens for (RFC 8693; empty: none).
    "allowed_resources": Field(list[str], [], own=True),
    "token_exchange_to": Field(list[str], [], own=True),
    # The types of authorization details that it may use (RFC 9396); some of them are granted without asking anybody.
    "authorization_details_types": Field(list[str], [], own=True),
    # A site that cannot be changed, before which a reverse proxy asks the portal: its address and rules.
    "forward_auth": Field(dict[str, Any], {}, forward_auth_problem, own=True),
    "introspection_signed_response_alg": Field(str, "RS256", checks.one_of(*SIGNING_ALGORITHMS)),
    "introspection_encrypted_response_alg": Field(str, "", checks.one_of(*_KEY_ENCRYPTION)),
    "introspection_encrypted_response_enc": Field(str, "", checks.one_of(*_CONTENT_ENCRYPTION)),
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
        if name == "response_types" and isinstance(value, list):
            value = [ordered_response_type(item) if isinstance(item, str) else item for item in value]
        if not _has_kind(value, field):
            raise Refused(f"{name}: expected {_KIND_NAMES[field.kind]}, found {json.dumps(value, ensure_ascii=False)}.")
        problem = field.check(value)
        if problem:
            raise Refused(f"{name}: {problem}.")
        metadata[name] = list(value) if isinstance(value, list) else value
    _check_together(metadata)
    return metadata


_KIND_NAMES: Mapping[Any, str] = {
    str: "text",
    bool: "true or false",
    int: "a whole number",
    list[str]: "a list of texts",
    dict[str, Any]: "a JSON object",
}


def _has_kind(value: object, field: Field) -> bool:
    if field.kind is int:
        return value is field.default or (isinstance(value, int) and not isinstance(value, bool))
    if field.kind in {bool, str}:
        return isinstance(value, field.kind)
    if field.kind == dict[str, Any]:
        return isinstance(value, dict)
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


_KNOWN_ORDER = {frozenset(known.split()): known for known in RESPONSE_TYPES}


def ordered_response_type(value: str) -> str:
    """``value`` with its words in the specification's order (OAuth 2.0 Multiple Response Types, section 2.2: any order
    is the same); an unknown one as it is."""
    words = value.split(" ")
    return _KNOWN_ORDER.get(frozenset(words), value) if len(set(words)) == len(words) else value


def is_public(metadata: Mapping[str, Any]) -> bool:
    """Whether the client cannot keep a secret (RFC 6749, section 2.1)."""
    return bool(metadata["token_endpoint_auth_method"] == "none")  # noqa: S105 - no password, the method none


def has_secret(metadata: Mapping[str, Any]) -> bool:
    """Whether the client has a secret: not when it is public or proves itself with a key of its own."""
    return metadata["token_endpoint_auth_method"] not in {"none", "private_key_jwt", *CERTIFICATE_METHODS}


def keeps_secret(metadata: Mapping[str, Any]) -> bool:
    """Whether the portal has to know the client's secret itself, because the client makes keys of it."""
    return bool(metadata["token_endpoint_auth_method"] == "client_secret_jwt")  # noqa: S105 - the method's name


def sector_of(metadata: Mapping[str, Any]) -> str:
    """The host that pairwise subjects of this client belong to, without its port (OpenID Connect Core, section 8.1)."""
    return host_name(metadata["sector_identifier_uri"] or next(iter(metadata["redirect_uris"]), ""))


def _check_together(metadata: Mapping[str, Any]) -> None:
    if not metadata["client_name"].strip():
        raise Refused("client_name: a client needs a name that people will read.")
    grants = metadata["grant_types"]
    for grant in ("authorization_code", "implicit"):
        if grant in grants and not metadata["redirect_uris"]:
            raise Refused("redirect_uris: a client that sends people to sign in needs at least one.")
    for response_type in metadata["response_types"]:
        for needed in _grants_for(response_type):
            if needed not in grants:
                raise Refused(f"response_types: {response_type} needs {needed} among the grant_types (RFC 7591, 2.1).")
    if is_public(metadata) and not metadata["require_pkce"]:
        raise Refused("require_pkce: a client without a secret always uses PKCE (RFC 9700, section 2.1.1).")
    if is_public(metadata) and "client_credentials" in grants:
        raise Refused("grant_types: client_credentials is for clients that can prove who they are (RFC 6749, 4.4).")
    _check_grants_of_operators(metadata)
    if metadata["resource_uris"] and not metadata["resource_server"]:
        raise Refused("resource_uris: are for APIs, which have resource_server=true.")
    _check_descriptions(metadata)
    framed = metadata["frontchannel_logout_uri"]
    if framed and origin(framed) not in {origin(uri) for uri in metadata["redirect_uris"]}:
        raise Refused("frontchannel_logout_uri: has the scheme, host and port of a redirect URI (Front-Channel, 2).")
    _check_keys(metadata)
    _check_bindings(metadata)
    check_forward_auth(metadata)
    faults = list(profile_faults(metadata))
    if faults:
        raise Refused(f"profile: {metadata['profile']} demands more. {' '.join(faults)}")
    if metadata["subject_type"] == "pairwise" and not metadata["sector_identifier_uri"]:
        hosts = {host_name(uri) for uri in metadata["redirect_uris"]}
        if len(hosts) > 1:
            raise Refused("sector_identifier_uri: is needed, because the redirect URIs have several hosts (Core, 8.1).")


def _check_descriptions(metadata: Mapping[str, Any]) -> None:
    scopes = metadata["resource_scopes"].split()
    for member in ("resource_scope_descriptions", "resource_scope_descriptions#zh-CN"):
        strange = next((scope for scope in metadata[member] if scope not in scopes), None)
        if strange is not None:
            raise Refused(f"{member}: {strange!r} is not among the resource_scopes.")


def _check_grants_of_operators(metadata: Mapping[str, Any]) -> None:
    for grant in OPERATORS_GRANTS:
        if grant in metadata["grant_types"] and is_public(metadata):
            raise Refused(f"grant_types: {grant} is for clients that can prove who they are.")
    if JWT_BEARER in metadata["grant_types"] and not (metadata["jwks"] or metadata["jwks_uri"]):
        raise Refused(f"jwks: a client that uses {JWT_BEARER} registers its public keys, by jwks or jwks_uri.")


def _grants_for(response_type: str) -> list[str]:
    grants = {"authorization_code": {"code"}, "implicit": {"token", "id_token"}}
    return [grant for grant, words in grants.items() if words & set(response_type.split())]


def _check_keys(metadata: Mapping[str, Any]) -> None:
    if metadata["jwks"] and metadata["jwks_uri"]:
        raise Refused("jwks: is not used together with jwks_uri (RFC 7591, section 2).")
    has_keys = bool(metadata["jwks"] or metadata["jwks_uri"])
    method = metadata["token_endpoint_auth_method"]
    if method in {"private_key_jwt", "self_signed_tls_client_auth"} and not has_keys:
        raise Refused(f"jwks: a client that uses {method} registers its public keys, by jwks or jwks_uri.")
    algorithm = metadata["token_endpoint_auth_signing_alg"]
    if algorithm and (algorithm == "HS256") != (method == "client_secret_jwt"):
        raise Refused("token_endpoint_auth_signing_alg: does not fit the token_endpoint_auth_method.")
    if metadata["request_object_encryption_enc"] and not metadata["request_object_encryption_alg"]:
        raise Refused("request_object_encryption_alg: is needed when request_object_encryption_enc is given.")
    for kind in ("id_token", "userinfo", "introspection", "authorization"):
        key, content = metadata[f"{kind}_encrypted_response_alg"], metadata[f"{kind}_encrypted_response_enc"]
        if content and not key:
            raise Refused(f"{kind}_encrypted_response_alg: is needed when {kind}_encrypted_response_enc is given.")
        if key and not has_keys:
            raise Refused(f"{kind}_encrypted_response_alg: needs the client's public keys, by jwks or jwks_uri.")


def _check_bindings(metadata: Mapping[str, Any]) -> None:
    names = [name for name in CERTIFICATE_NAMES if metadata[name]]
    if metadata["token_endpoint_auth_method"] == "tls_client_auth" and len(names) != 1:  # noqa: S105 - a method's name
        raise Refused(f"{CERTIFICATE_NAMES[0]}: tls_client_auth needs exactly one of {', '.join(CERTIFICATE_NAMES)}.")
    for name in ("dpop_bound_access_tokens", "tls_client_certificate_bound_access_tokens"):
        if metadata[name] and any("token" in response_type.split() for response_type in metadata["response_types"]):
            raise Refused(f"{name}: no token that comes in an address can be bound; remove those response_types.")


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
    if field.kind is int:
        if not text.isascii() or not (text.isdigit() or not text):
            raise Refused(f"{name}: {text!r} is not a whole number.")
        return name, int(text) if text else None
    try:
        if field.kind == dict[str, Any]:
            return name, json.loads(text or "{}")
        return name, json.loads(text) if text.startswith("[") else text.split()
    except ValueError:
        raise Refused(f"{name}: {text!r} is not JSON.") from None
