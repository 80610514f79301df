"""Requests whose parameters come in a JWT: by value or by reference (OpenID Connect Core, section 6; RFC 9101)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from oauthlib.oauth2.rfc6749.errors import OAuth2Error

from sso_portal.base.client_jose import (
    MAXIMUM_LENGTH,
    VERIFICATION_ALGORITHMS,
    BadToken,
    decrypted,
    header_of,
    is_encrypted,
    unsigned_claims,
    unverified_claims,
    verified_by_secret,
)
from sso_portal.base.forms import REPEATABLE, Form
from sso_portal.base.hashing import base64url
from sso_portal.protocol.call import Call
from sso_portal.protocol.vocabulary import AUTHORIZATION_DETAILS, INTERACTION
from sso_portal.services.clients import Client
from sso_portal.services.federation.fetch import Unfetchable
from sso_portal.services.profiles import algorithms_for

_TYPES = {None, "jwt", "oauth-authz-req+jwt", "application/oauth-authz-req+jwt"}
_LEEWAY = 60
_OF_THE_JWT = {"iss", "aud", "exp", "nbf", "iat", "jti"}
_CARRIERS = ("request", "request_uri")
_ACCEPT = "application/oauth-authz-req+jwt, application/jwt"


class InvalidRequestObject(OAuth2Error):
    """The request object is not acceptable (RFC 9101, section 6)."""

    error = "invalid_request_object"


class InvalidRequestUri(OAuth2Error):
    """What ``request_uri`` points to is not acceptable, or may not be fetched."""

    error = "invalid_request_uri"


def carries_object(query: Form) -> bool:
    """Whether parameters of the request come in a JWT."""
    return any(name in query.values for name in _CARRIERS)


def read_request(query: Form, call: Call, *, arrived: bool) -> Form:
    """The parameters that count. ``arrived``: the request was found good before, so its time may have run out since.

    What is wrong with a request object is kept in ``call.request_problem``, and what stands outside of it counts then.
    """
    client = call.services.clients.find(query.values.get("client_id"))
    if client is None or not set(_CARRIERS).isdisjoint(query.duplicates | query.undecodable):
        return query
    outside = query
    try:
        if not carries_object(query):
            if client.metadata["require_signed_request_object"]:
                raise InvalidRequestObject(description="This client has to send a signed request object.")
            return query
        values = {name: value for name, value in query.values.items() if name not in _CARRIERS}
        outside = Form(values, query.duplicates, query.undecodable, query.repeated)
        claims = _claims(query, client, call, arrived=arrived)
        return _merged(outside, claims, client)
    except OAuth2Error as problem:
        call.request_problem = problem
        return outside


def hints_inside(query: Form, call: Call) -> Mapping[str, str]:
    """What a request object by value says, believed by nobody yet: for the looks of pages, and for nothing else."""
    client, token = call.services.clients.find(query.values.get("client_id")), query.values.get("request")
    if client is None or token is None:
        return {}
    try:
        claims = unverified_claims(_opened(token, client, call))
    except BadToken:
        return {}
    return {name: value for name, value in claims.items() if isinstance(value, str)}


def _claims(query: Form, client: Client, call: Call, *, arrived: bool) -> Mapping[str, Any]:
    if all(name in query.values for name in _CARRIERS):
        raise InvalidRequestObject(description="request and request_uri were both sent (RFC 9101, section 5).")
    token = query.values.get("request") or _fetched(query.values["request_uri"], client, call)
    try:
        claims = _verified(_opened(token, client, call), query, client, call)
        _check_claims(claims, client, call, arrived=arrived)
    except BadToken as error:
        raise InvalidRequestObject(description=f"The request object: {error}") from None
    return claims


def _fetched(uri: str, client: Client, call: Call) -> str:
    if uri.partition("#")[0] not in {known.partition("#")[0] for known in client.metadata["request_uris"]}:
        raise InvalidRequestUri(description="request_uri is not one of the client's registered request_uris.")
    try:
        return call.services.fetcher.get(uri.partition("#")[0], accept=_ACCEPT).decode("ascii").strip()
    except Unfetchable as error:
        raise InvalidRequestUri(description=f"request_uri cannot be fetched: {error}") from None
    except UnicodeDecodeError:
        raise InvalidRequestUri(description="request_uri leads to something that is not a JWT.") from None


def _opened(token: str, client: Client, call: Call) -> str:
    """What an encrypted object holds (RFC 9101, section 6.1); a plain one as it is, unless the client is registered to
    encrypt."""
    if not is_encrypted(token):
        if client.metadata["request_object_encryption_alg"]:
            raise BadToken("it is not encrypted, as the client is registered.")
        return token
    inner = decrypted(token, call.services.keys.decrypting())
    if is_encrypted(inner):
        raise BadToken("it is encrypted twice.")
    # Claims that are encrypted and nothing else are as good as unsigned ones.
    return _unsigned(inner) if inner.startswith("{") else inner


def _unsigned(claims: str) -> str:
    header = base64url(json.dumps({"alg": "none"}).encode())
    return f"{header}.{base64url(claims.encode())}."


def _verified(token: str, query: Form, client: Client, call: Call) -> Mapping[str, Any]:
    header = header_of(token)
    if str(header.get("typ") or "jwt").lower() not in _TYPES:
        raise BadToken("its typ is neither JWT nor oauth-authz-req+jwt.")
    registered = client.metadata["request_object_signing_alg"]
    algorithm = header.get("alg")
    if registered and algorithm != registered:
        raise BadToken(f"it is not signed with {registered}, as the client is registered.")
    if algorithm == "none":
        # Only where OpenID Connect Core, section 6.1 allows it: registered so, and for an OpenID request.
        if registered != "none" or client.metadata["require_signed_request_object"] or not _is_openid(query):
            raise BadToken("it is not signed.")
        return unsigned_claims(token)
    if algorithm == "HS256":
        secret = call.services.clients.kept_secret(client)
        if secret is None:
            raise BadToken("it is signed with HS256, but the client has no secret that the portal could know.")
        return verified_by_secret(token, secret)
    allowed = algorithms_for(client.metadata, VERIFICATION_ALGORITHMS)
    return call.services.client_keys.verified(client, token, allowed)


def _check_claims(claims: Mapping[str, Any], client: Client, call: Call, *, arrived: bool) -> None:
    now = call.clock.now()
    issuer, audience = claims.get("iss", client.client_id), claims.get("aud", call.issuer)
    if issuer != client.client_id:
        raise BadToken("its iss is not the client_id.")
    if call.issuer not in (audience if isinstance(audience, list) else [audience]):
        raise BadToken(f"its aud is not {call.issuer}.")
    for name in ("exp", "nbf", "iat"):
        if name in claims and (isinstance(claims[name], bool) or not isinstance(claims[name], int | float)):
            raise BadToken(f"its {name} is not a number of seconds.")
    if claims.get("exp", now + 1) <= now and not arrived:
        raise BadToken(f"it expired {int(now - claims['exp'])} seconds ago.")
    if claims.get("nbf", now) > now + _LEEWAY:
        raise BadToken("its nbf is in the future.")
    if any(name in claims for name in _CARRIERS):
        raise BadToken("it holds another request object (RFC 9101, section 4).")


def _merged(outside: Form, claims: Mapping[str, Any], client: Client) -> Form:
    inside = {
        name: _text(name, _first(name, value))
        for name, value in claims.items()
        if name not in _OF_THE_JWT and value is not None
    }
    several = {name: _texts(name, claims[name]) for name in REPEATABLE if isinstance(claims.get(name), list)}
    outer = {name: texts for name, texts in outside.repeated.items() if name not in inside}
    for name in ("client_id", "response_type"):
        # They have to stand outside too, and be the same (Core, section 6.1; RFC 9101, section 5).
        if name in inside and name in outside.values and not _is_same(inside[name], outside.values[name]):
            raise InvalidRequestObject(description=f"{name} in the request object differs from the one outside.")
    inside["client_id"] = client.client_id
    if client.metadata["require_signed_request_object"] or not _is_openid(outside):
        # RFC 9101, section 6.3: what is not in the object does not count.
        kept = {name: outside.values[name] for name in (INTERACTION,) if name in outside.values}
        return Form({**kept, **inside}, outside.duplicates, outside.undecodable, several)
    return Form({**outside.values, **inside}, outside.duplicates, outside.undecodable, {**outer, **several})


def _is_same(one: str, other: str) -> bool:
    return sorted(one.split()) == sorted(other.split())


def _is_openid(query: Form) -> bool:
    return "openid" in query.values.get("scope", "").split()


def _first(name: str, value: object) -> object:
    # What may be sent several times is an array in a JWT.
    return value[0] if name in REPEATABLE and isinstance(value, list) and value else value


def _texts(name: str, values: list[object]) -> tuple[str, ...]:
    return tuple(_text(name, value) for value in values)


def _text(name: str, value: object) -> str:
    """A claim as the parameter it stands for: numbers and objects are written as the query string would have them."""
    if isinstance(value, str):
        text = value
    elif isinstance(value, bool | int | float | dict) or (name == AUTHORIZATION_DETAILS and isinstance(value, list)):
        text = json.dumps(value, separators=(",", ":"))
    else:
        raise InvalidRequestObject(description=f"{name[:40]} in the request object is of a strange type.")
    if len(text) > MAXIMUM_LENGTH or "\x00" in text:
        raise InvalidRequestObject(description=f"{name[:40]} in the request object cannot be used.")
    return text
