"""Profiles: demands that a client is held to as a whole (FAPI 2.0 Security Profile, FAPI 2.0 Message Signing)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from sso_portal.base.urls import is_loopback_host

FAPI2, FAPI2_MESSAGE_SIGNING = "fapi2", "fapi2-message-signing"
PROFILES = ("", FAPI2, FAPI2_MESSAGE_SIGNING)

LONGEST_CODE_SECONDS = 60
"""How long a code lives at most (Security Profile, section 5.3.2.1)."""

_ALGORITHMS = ("PS256", "ES256", "EdDSA")
_METHODS = ("private_key_jwt", "tls_client_auth", "self_signed_tls_client_auth")
_BINDINGS = ("dpop_bound_access_tokens", "tls_client_certificate_bound_access_tokens")
_SIGNED = ("id_token_signed_response_alg", "access_token_signed_response_alg")
_SIGNED_OR_PLAIN = ("userinfo_signed_response_alg", "token_endpoint_auth_signing_alg", "request_object_signing_alg")
_SIGNED_MESSAGES = ("authorization_signed_response_alg", "introspection_signed_response_alg")


def is_profiled(metadata: Mapping[str, Any]) -> bool:
    """Whether the client is held to FAPI 2.0."""
    return bool(metadata["profile"])


def signs_messages(metadata: Mapping[str, Any]) -> bool:
    """Whether whatever passes between the client and the portal is signed."""
    return bool(metadata["profile"] == FAPI2_MESSAGE_SIGNING)


def algorithms_for(metadata: Mapping[str, Any], known: Sequence[str]) -> tuple[str, ...]:
    """Those of the ``known`` algorithms by which this client may sign (Security Profile, section 5.4)."""
    return tuple(name for name in known if name in _ALGORITHMS or not is_profiled(metadata))


def profile_faults(metadata: Mapping[str, Any]) -> Iterator[str]:
    """Everything in which a registration falls short of its profile, a sentence each."""
    if not is_profiled(metadata):
        return
    yield from _authentication_faults(metadata)
    yield from _flow_faults(metadata)
    yield from _algorithm_faults(metadata)
    if signs_messages(metadata) and _sends_people(metadata) and not metadata["require_signed_request_object"]:
        yield "require_signed_request_object has to be true."


def _sends_people(metadata: Mapping[str, Any]) -> bool:
    return "authorization_code" in metadata["grant_types"]


def _authentication_faults(metadata: Mapping[str, Any]) -> Iterator[str]:
    if metadata["token_endpoint_auth_method"] not in _METHODS:
        yield f"token_endpoint_auth_method has to be one of {', '.join(_METHODS)}."
    if not any(metadata[name] for name in _BINDINGS):
        yield f"{_BINDINGS[0]} or {_BINDINGS[1]} has to be true."


def _flow_faults(metadata: Mapping[str, Any]) -> Iterator[str]:
    for grant in ("password", "implicit"):
        if grant in metadata["grant_types"]:
            yield f"grant_types cannot hold {grant}."
    if any(response_type != "code" for response_type in metadata["response_types"]):
        yield "response_types can hold code only."
    if not metadata["require_pkce"]:
        yield "require_pkce has to be true."
    if _sends_people(metadata) and not metadata["require_pushed_authorization_requests"]:
        yield "require_pushed_authorization_requests has to be true."
    for uri in metadata["redirect_uris"]:
        parts = urlsplit(uri)
        native = metadata["application_type"] == "native" and is_loopback_host(parts.hostname)
        if parts.scheme == "http" and not native:
            yield f"redirect_uris cannot hold {uri}, which is not https."


def _algorithm_faults(metadata: Mapping[str, Any]) -> Iterator[str]:
    messages = _SIGNED_MESSAGES if signs_messages(metadata) else ()
    for name in (*_SIGNED, *_SIGNED_OR_PLAIN, *messages):
        allowed = ("", *_ALGORITHMS) if name in _SIGNED_OR_PLAIN else _ALGORITHMS
        if metadata[name] not in allowed:
            yield f"{name} has to be one of {', '.join(_ALGORITHMS)}."
