"""A JWT that the client has signed: ``client_secret_jwt`` and ``private_key_jwt`` (OpenID Connect Core, section 9;
RFC 7521, section 4.2; RFC 7523, section 3)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from oauthlib.oauth2.rfc6749.errors import InvalidClientError

from sso_portal.base.client_jose import (
    VERIFICATION_ALGORITHMS,
    BadToken,
    header_of,
    unverified_claims,
    verified_by_secret,
)
from sso_portal.protocol.call import Call, call_of
from sso_portal.protocol.client_authentication.assertion_claims import check_claims, expiry_of
from sso_portal.services.clients import Client
from sso_portal.services.profiles import algorithms_for, is_profiled

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_ALGORITHMS = (*VERIFICATION_ALGORITHMS, "HS256")
"""Algorithms by which assertions may be signed; a key serves the first ones, a secret the last."""

_TYPES = {"jwt", "client-authentication+jwt"}
_METHODS = ("client_secret_jwt", "private_key_jwt")


class Assertion:
    """The parameters ``client_assertion_type`` and ``client_assertion``."""

    name = "in the client_assertion"

    def is_used(self, request: Any) -> bool:
        """One of the two is there."""
        return (
            _parameter(request, "client_assertion_type") is not None
            or _parameter(request, "client_assertion") is not None
        )

    def client_id(self, request: Any) -> str | None:
        """The subject of the assertion, only read here; it is believed when :meth:`check` is done."""
        kind, token = _parameter(request, "client_assertion_type"), _parameter(request, "client_assertion")
        if kind != ASSERTION_TYPE:
            raise InvalidClientError(description=f"client_assertion_type is not {ASSERTION_TYPE}.", request=request)
        if token is None:
            raise InvalidClientError(description="client_assertion is missing.", request=request)
        subject = _subject(token, request)
        if request.client_id not in {None, subject}:
            raise InvalidClientError(description="client_assertion: its sub is not the client_id.", request=request)
        return subject

    def check(self, request: Any, client: Client) -> None:
        """Everything about the assertion is right, and it was never used before."""
        call = call_of(request)
        try:
            claims = _verified(call, client, str(_parameter(request, "client_assertion")))
            check_claims(claims, client.client_id, _audiences(call, request, client, claims), call.clock.now())
            # Last: an assertion that is not acceptable uses nothing up.
            value = json.dumps([client.client_id, claims["jti"]])
            if not call.services.once.first_use("client_assertion", value, expiry_of(claims)):
                raise BadToken("its jti was used before; every request needs an assertion of its own.")
        except BadToken as error:
            call.find("client_assertion", problem=str(error))
            raise InvalidClientError(description=f"client_assertion: {error}", request=request) from None


def _parameter(request: Any, name: str) -> str | None:
    # oauthlib's request has no such attribute unless it was sent.
    return getattr(request, name, None)


def _subject(token: str, request: Any) -> str:
    try:
        subject = unverified_claims(token).get("sub")
    except BadToken as error:
        raise InvalidClientError(description=f"client_assertion: {error}", request=request) from None
    if not isinstance(subject, str) or not subject:
        raise InvalidClientError(description="client_assertion: its sub is not the client_id.", request=request)
    return subject


def _verified(call: Call, client: Client, token: str) -> Mapping[str, Any]:
    method = client.metadata["token_endpoint_auth_method"]
    if method not in _METHODS:
        raise BadToken(f"this client is registered for {method}.")
    kind = header_of(token).get("typ", "JWT")
    if not isinstance(kind, str) or kind.lower() not in _TYPES:
        raise BadToken("its typ is neither JWT nor client-authentication+jwt.")
    if method == "private_key_jwt":
        registered = client.metadata["token_endpoint_auth_signing_alg"]
        allowed = (registered,) if registered else algorithms_for(client.metadata, VERIFICATION_ALGORITHMS)
        return call.services.client_keys.verified(client, token, allowed)
    secret = call.services.clients.kept_secret(client)
    if secret is None:
        raise BadToken("the portal cannot read this client's secret any more; give it a new one with rotate-secret.")
    return verified_by_secret(token, secret)


def _audiences(call: Call, request: Any, client: Client, claims: Mapping[str, Any]) -> list[str]:
    if not is_profiled(client.metadata):
        return audiences_of(call, request)
    if not isinstance(claims.get("aud"), str):
        # FAPI 2.0 Security Profile, section 5.3.2.1: the issuer alone, as a string.
        raise BadToken(f"its aud is not {call.issuer}, as a single string.")
    return [call.issuer]


def audiences_of(call: Call, request: Any) -> list[str]:
    """The portal itself, its token endpoint and the endpoint that is called; the latter also without their last slash,
    as they are served."""
    endpoints = [f"{call.issuer}/o/token/", str(request.uri).partition("?")[0]]
    spelled = [form for endpoint in endpoints for form in (endpoint.rstrip("/") + "/", endpoint.rstrip("/"))]
    return list(dict.fromkeys([call.issuer, *spelled]))
