"""id_tokens and userinfo as the client registered them: plain, signed, encrypted (OpenID Connect Core, section 10)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from oauthlib.oauth2.rfc6749.errors import InvalidRequestError

from sso_portal.base.client_jose import BadToken, encrypted_for
from sso_portal.base.jose import sign
from sso_portal.protocol.call import Call
from sso_portal.services.clients import Client

Kind = Literal["id_token", "userinfo", "introspection", "authorization"]


def packed(kind: Kind, claims: Mapping[str, Any], call: Call, client: Client, *, media: str = "JWT") -> str:
    """``claims`` signed, and encrypted if the client asks for it; ``media`` is the media type of the JWT without
    its ``application/``. Raises an oauthlib error when it has no key."""
    signed = signed_only(kind, claims, call, client, media=media)
    encryption = client.metadata[f"{kind}_encrypted_response_alg"]
    if not encryption:
        return signed
    return _encrypted(signed, media, kind, call, client)


def signed_only(kind: Kind, claims: Mapping[str, Any], call: Call, client: Client, *, media: str = "JWT") -> str:
    """``claims`` signed as the client registered it, for its eyes or not."""
    algorithm = client.metadata[f"{kind}_signed_response_alg"]
    if kind == "userinfo" and not algorithm:
        raise TypeError("plain userinfo is not packed")
    return sign(call.services.keys.signing(algorithm), claims, token_type=media)


def _encrypted(payload: str, content_type: str, kind: Kind, call: Call, client: Client) -> str:
    metadata = client.metadata
    try:
        return encrypted_for(
            payload,
            call.services.client_keys.of(client),
            metadata[f"{kind}_encrypted_response_alg"],
            metadata[f"{kind}_encrypted_response_enc"],
            content_type=content_type,
        )
    except BadToken as error:
        raise InvalidRequestError(description=f"{kind} cannot be encrypted: {error}") from None


def encrypted_only(claims_json: str, call: Call, client: Client) -> str:
    """Userinfo that is encrypted but not signed (Core, section 5.3.2)."""
    return _encrypted(claims_json, "json", "userinfo", call, client)


def warm_encryption_keys(call: Call) -> None:
    """Have the client's keys at hand before anything is written: no lock may be held while they are fetched."""
    client = call.client
    if client is not None and client.metadata["id_token_encrypted_response_alg"]:
        try:
            call.services.client_keys.of(client)
        except BadToken as error:
            raise InvalidRequestError(description=f"id_token cannot be encrypted: {error}") from None
