"""Dynamic client registration and its management (OpenID Connect Dynamic Client Registration; RFC 7591, RFC 7592)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sso_portal.base.json_bodies import BadJson, parse_object
from sso_portal.protocol.answers import JsonAnswer, refusal
from sso_portal.protocol.call import Call
from sso_portal.protocol.vocabulary import REGISTER_PATH
from sso_portal.services.client_metadata import FIELDS
from sso_portal.services.clients import Client
from sso_portal.services.registration_rules import RegistrationRefused
from sso_portal.services.registrations import Registered, Registrations, secret_is_told

_REALM = 'Bearer realm="sso-portal"'
_NOT_ITS = "The registration access token does not belong to this client."
_LONGEST = 300
"""Characters of a description, which may repeat what was sent."""


def register(
    desk: Registrations, call: Call, *, body: bytes, content_type: str, token: str | None, trace_id: str
) -> JsonAnswer:
    """Register a client (RFC 7591, section 3)."""
    if not desk.may_register(token):
        return _unauthorized("The initial access token is missing or not right.", token, trace_id)
    sent = _read(body, content_type, trace_id)
    if isinstance(sent, JsonAnswer):
        return sent
    until = desk.wait_until(call.address)
    if until is not None:
        seconds = max(1, until - call.clock.now())
        answer = refusal(429, "temporarily_unavailable", f"Too many registrations; wait {seconds} s.", trace_id)
        return JsonAnswer(answer.status, answer.body, {**answer.headers, "Retry-After": str(seconds)})
    try:
        registered = desk.add(sent)
    except RegistrationRefused as error:
        return refusal(400, error.code, _ascii(str(error)), trace_id)
    return JsonAnswer(201, _told(registered, call))


def read(desk: Registrations, call: Call, client_id: str, *, token: str | None, trace_id: str) -> JsonAnswer:
    """Tell a client its registration (RFC 7592, section 2.1); its secret was told when it was made."""
    client = desk.find(client_id, token)
    if client is None:
        return _unauthorized(_NOT_ITS, token, trace_id)
    return JsonAnswer(200, _told(Registered(client, token=token), call))


def replace(
    desk: Registrations, call: Call, client_id: str, *, body: bytes, content_type: str, token: str | None, trace_id: str
) -> JsonAnswer:
    """Put a new registration in place of the old one (RFC 7592, section 2.2)."""
    client = desk.find(client_id, token)
    if client is None:
        return _unauthorized(_NOT_ITS, token, trace_id)
    sent = _read(body, content_type, trace_id)
    if isinstance(sent, JsonAnswer):
        return sent
    try:
        registered = desk.replace(client, sent)
    except RegistrationRefused as error:
        return refusal(400, error.code, _ascii(str(error)), trace_id)
    if registered is None:
        return _unauthorized(_NOT_ITS, token, trace_id)
    return JsonAnswer(200, _told(Registered(registered.client, registered.secret, token), call))


def remove(desk: Registrations, client_id: str, *, token: str | None, trace_id: str) -> JsonAnswer:
    """Withdraw a registration (RFC 7592, section 2.3)."""
    client = desk.find(client_id, token)
    if client is None or not desk.remove(client):
        return _unauthorized(_NOT_ITS, token, trace_id)
    return JsonAnswer(204, {})


def _read(body: bytes, content_type: str, trace_id: str) -> Mapping[str, Any] | JsonAnswer:
    if content_type.partition(";")[0].strip().lower() != "application/json":
        return refusal(400, "invalid_client_metadata", "The body is not application/json.", trace_id)
    try:
        return parse_object(body)
    except BadJson as error:
        return refusal(400, "invalid_client_metadata", str(error), trace_id)


def _told(registered: Registered, call: Call) -> dict[str, Any]:
    """Everything that is registered, the operator's members as they are (RFC 7591, section 3.2.1)."""
    client = registered.client
    answer: dict[str, Any] = {"client_id": client.client_id, **_metadata(client)}
    if registered.secret is not None:
        answer["client_secret"] = registered.secret
    if secret_is_told(client):
        answer["client_secret_expires_at"] = 0
    answer["client_id_issued_at"] = client.created_at
    answer["registration_client_uri"] = f"{call.issuer}{REGISTER_PATH}{client.client_id}"
    if registered.token is not None:
        answer["registration_access_token"] = registered.token
    return answer


def _metadata(client: Client) -> dict[str, Any]:
    return {name: client.metadata[name] for name in FIELDS if client.metadata[name] not in ("", {}, None)}


def _ascii(text: str) -> str:
    # error_description has printable ASCII only, without quotation marks and backslashes (RFC 6749, section 5.2).
    kept = text.encode("ascii", "replace").decode()
    return "".join(letter for letter in kept if letter.isprintable() and letter not in chr(34) + chr(92))[:_LONGEST]


def _unauthorized(description: str, token: str | None, trace_id: str) -> JsonAnswer:
    challenge = _REALM if token is None else f'{_REALM}, error="invalid_token"'
    return refusal(401, "invalid_token", description, trace_id, challenge=challenge)
