"""Authorization answers as JWTs, where the request asks for it (JWT Secured Authorization Response Mode 1.0)."""

from __future__ import annotations

from collections.abc import Mapping

from oauthlib.oauth2.rfc6749.errors import InvalidRequestError, OAuth2Error

from sso_portal.base.client_jose import BadToken, can_encrypt_for
from sso_portal.base.forms import Form
from sso_portal.base.trace import current_trace
from sso_portal.protocol.authorization_answers import SendBack
from sso_portal.protocol.call import Call
from sso_portal.protocol.response_modes import chosen_mode, is_secured
from sso_portal.protocol.responses_for_clients import packed, signed_only
from sso_portal.services.clients import Client

ANSWER_SECONDS = 600
"""How long the JWT is good, in seconds: ten minutes at most are recommended (section 2.1)."""


def sent_back(
    call: Call, client: Client | None, redirect_uri: str, wish: Form, parameters: Mapping[str, str]
) -> SendBack:
    """The answer in the response mode that ``wish`` asks for, errors included."""
    values = wish.values
    mode = chosen_mode(values.get("response_mode"), values.get("response_type"), encrypted=encrypts(client))
    jwt = _jwt(call, client, parameters) if is_secured(mode) and client is not None else None
    return SendBack(redirect_uri, mode, parameters, client, jwt)


def encrypts(client: Client | None) -> bool:
    """Whether the JWT of an answer is encrypted for this client."""
    return client is not None and bool(client.metadata["authorization_encrypted_response_alg"])


def problem_of_keys(effective: Form, call: Call) -> OAuth2Error | None:
    """Why the answer to this request could not be encrypted as the client wishes, if so. Its keys are fetched here if
    need be: while no lock is held yet."""
    client = call.services.clients.find(effective.values.get("client_id"))
    if client is None or not encrypts(client) or not is_secured(effective.values.get("response_mode")):
        return None
    algorithm = client.metadata["authorization_encrypted_response_alg"]
    try:
        if can_encrypt_for(call.services.client_keys.of(client), algorithm):
            return None
        problem = f"The client has no registered key for {algorithm}."
    except BadToken as error:
        problem = str(error)
    return InvalidRequestError(description=f"The answer cannot be encrypted: {problem}")


def _jwt(call: Call, client: Client, parameters: Mapping[str, str]) -> str:
    claims = {**parameters, **_envelope(call, client)}
    try:
        return packed("authorization", claims, call, client)
    except OAuth2Error as error:
        # Nothing that was meant to be encrypted is told; the error itself is no secret.
        kept = {name: parameters[name] for name in ("error", "error_description", "trace_id") if name in parameters}
        told = {"error": "server_error", "error_description": error.description, "trace_id": current_trace.get()}
        state = {"state": parameters["state"]} if "state" in parameters else {}
        return signed_only("authorization", {**told, **kept, **state, **_envelope(call, client)}, call, client)


def _envelope(call: Call, client: Client) -> Mapping[str, str | int]:
    return {"iss": call.issuer, "aud": client.client_id, "exp": call.clock.now() + ANSWER_SECONDS}
