"""Tokens that only their owner can use: bound to a key (RFC 9449, DPoP) or a certificate (RFC 8705, mutual TLS).

A token that is bound to both is taken with both only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from oauthlib.oauth2.rfc6749.errors import InvalidGrantError, InvalidRequestError, InvalidTokenError

from sso_portal.base.certificates import BadCertificate
from sso_portal.base.forms import Form
from sso_portal.protocol.call import Call, call_of
from sso_portal.protocol.client_certificates import certificate_of
from sso_portal.protocol.dpop.proving import InvalidDpopProof, proved_key
from sso_portal.protocol.vocabulary import PUSHED_AUTHORIZATION_PATH

_THUMBPRINT = re.compile(r"[A-Za-z0-9_-]{43}")
_KEY, _CERTIFICATE = "jkt", "x5t#S256"


class WrongHolder(InvalidTokenError):
    """An access token that lives came without what it is bound to, or was presented as what it is not."""


def constrain_tokens(request: Any) -> None:
    """Bind the access token of this answer to what the client has proved to have, and demand what it is registered
    for (RFC 9449, section 5; RFC 8705, section 3). Asked once the client is known; raises oauthlib errors."""
    call, metadata = call_of(request), request.client.metadata
    bound: dict[str, str] = {}
    if metadata["tls_client_certificate_bound_access_tokens"]:
        bound[_CERTIFICATE] = _certificate_thumbprint(call)
    if metadata["dpop_bound_access_tokens"] and not call.dpop_proofs:
        call.find("dpop_missing")
        raise InvalidDpopProof(description="DPoP proof: it is missing, and this client's tokens are always bound.")
    key = proved_key(call, request.uri)
    if key is not None:
        bound[_KEY] = key
    if bound:
        call.token_details["cnf"] = bound


def token_type_of(details: Mapping[str, Any]) -> str:
    """How an access token with these details is presented."""
    return "DPoP" if _KEY in details.get("cnf", {}) else "Bearer"


def family_binding(call: Call) -> dict[str, Any]:
    """What the refresh tokens of a public client are bound to; others prove who they are at every use anyway
    (RFC 9449, section 5; RFC 8705, section 4)."""
    is_public = call.client is not None and call.client.is_public
    return {"cnf": call.token_details["cnf"]} if is_public and "cnf" in call.token_details else {}


def check_refresh_token(request: Any, details: Mapping[str, Any]) -> None:
    """Refuse a refresh token whose family is bound to something that this request has not proved."""
    call = call_of(request)
    bound = details.get("cnf", {})
    proved = call.token_details.get("cnf", {})
    if _KEY in bound and proved.get(_KEY) != bound[_KEY]:
        _refuse_grant(request, "The refresh token is bound to another DPoP key.", proved)
    if _CERTIFICATE in bound and not _shows_certificate(call, bound[_CERTIFICATE]):
        _refuse_grant(request, "The refresh token is bound to another certificate.", proved)


def named_key(request: Any) -> str | None:
    """The key that an authorization request names (RFC 9449, section 10), or ``None``. Raises an oauthlib error."""
    named = getattr(request, "dpop_jkt", None)
    if named is not None and not _THUMBPRINT.fullmatch(named):
        raise InvalidRequestError(
            description="dpop_jkt is not the SHA-256 thumbprint of a key: 43 characters of base64url.", request=request
        )
    return named


def bind_authorization(call: Call, pushed: Form) -> Form:
    """The parameters of a pushed request, with the key that its code will be bound to: named by ``dpop_jkt``, proved by
    a ``DPoP`` header, or both, which have to agree (RFC 9449, section 10.1). Raises oauthlib errors."""
    named = pushed.values.get("dpop_jkt")
    proved = proved_key(call, f"{call.issuer}{PUSHED_AUTHORIZATION_PATH}")
    if proved is None:
        return pushed
    if named not in {None, proved}:
        call.find("dpop_key_differs")
        raise InvalidDpopProof(description="DPoP proof: its key is not the one that dpop_jkt names.")
    return replace(pushed, values={**pushed.values, "dpop_jkt": proved})


def code_binding(request: Any) -> dict[str, str]:
    """What a new code is bound to."""
    named = named_key(request)
    return {"dpop_jkt": named} if named is not None else {}


def check_code(request: Any, details: Mapping[str, Any]) -> None:
    """Refuse a code that is bound to another key than the one that this request has proved."""
    proved = call_of(request).token_details.get("cnf", {})
    if "dpop_jkt" in details and proved.get(_KEY) != details["dpop_jkt"]:
        _refuse_grant(request, "The authorization request named another DPoP key (dpop_jkt).", proved)


def check_access_token(request: Any, token: str, details: Mapping[str, Any]) -> None:
    """Refuse an access token that is presented without what it is bound to, or as a kind of token that it is not
    (RFC 9449, section 7; RFC 8705, section 3). Raises oauthlib errors."""
    call, bound = call_of(request), details.get("cnf", {})
    if call.presented_as != token_type_of(details):
        call.find("dpop_scheme", sent=call.presented_as, bound=_KEY in bound)
        wanted = "Authorization: DPoP, with a proof" if _KEY in bound else "Authorization: Bearer"
        raise WrongHolder(description=f"This access token is presented as {wanted}.", request=request)
    if _CERTIFICATE in bound and not _shows_certificate(call, bound[_CERTIFICATE]):
        raise WrongHolder(description="The access token is bound to another certificate.", request=request)
    if _KEY in bound:
        _check_key(request, token, bound[_KEY])


def _check_key(request: Any, token: str, bound: str) -> None:
    call = call_of(request)
    key = proved_key(call, request.uri, token)
    if key is None:
        call.find("dpop_missing")
        raise InvalidDpopProof(description="DPoP proof: it is missing.")
    if key != bound:
        call.find("dpop_key_differs")
        raise WrongHolder(description="The access token is bound to another DPoP key.", request=request)


def _certificate_thumbprint(call: Call) -> str:
    try:
        return certificate_of(call).thumbprint
    except BadCertificate as error:
        raise InvalidRequestError(description=f"{error} This client's tokens are bound to it.") from None


def _shows_certificate(call: Call, thumbprint: str) -> bool:
    try:
        shown = certificate_of(call).thumbprint
    except BadCertificate:
        return False
    if shown != thumbprint:
        call.find("client_certificate", problem="it is another one than the token is bound to")
    return shown == thumbprint


def _refuse_grant(request: Any, description: str, proved: Mapping[str, str]) -> None:
    call = call_of(request)
    if call.finding is None:
        call.find("dpop_key_differs", proved=sorted(proved))
    raise InvalidGrantError(description=description, request=request)
