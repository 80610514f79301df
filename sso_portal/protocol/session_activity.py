"""The session activity endpoint, which is ours: a site tells that its people are busy, and asks what it has missed.

A person who is busy at one site must not be signed out everywhere because she never came by at the portal. And a site
that was down while people signed out learns of it before it shows them its first page.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from oauthlib.common import Request
from oauthlib.oauth2.rfc6749.errors import OAuth2Error

from sso_portal.base.json_bodies import BadJson, parse_object
from sso_portal.protocol.answers import JsonAnswer, refusal_of, token_refusal
from sso_portal.protocol.call import Call
from sso_portal.protocol.client_authentication import authenticated_client
from sso_portal.protocol.form_endpoint import FormRequest
from sso_portal.protocol.server import PortalServer
from sso_portal.protocol.vocabulary import SESSION_ACTIVITY_PATH
from sso_portal.services.clients import Client
from sso_portal.services.sessions import Session

_MOST_SESSIONS = 200
_MOST_ENDED = 500
_LONGEST_SID = 64
_LATEST = 2**53


class _Malformed(ValueError):
    """What the client sent cannot be understood; the message says why."""


def answer_session_activity_request(_server: PortalServer, call: Call, sent: FormRequest) -> JsonAnswer:
    """Note when a client's people last used it; tell how long their sessions last, and which have ended."""
    uri = f"{call.issuer}{SESSION_ACTIVITY_PATH}"
    try:
        client = authenticated_client(Request(uri, "POST", sent.form.encoded(), call.headers(sent.authorization)))
    except OAuth2Error as error:
        return refusal_of(error, sent.trace_id)
    call.client = client
    if client.is_public:
        return token_refusal("unauthorized_client", "This endpoint is for clients that authenticate.", sent.trace_id)
    try:
        activity, since = _activity(sent.form.values.get("activity")), _since(sent.form.values.get("since"))
    except _Malformed as error:
        return token_refusal("invalid_request", str(error), sent.trace_id)
    call.services.outbox.hasten(client.client_id)
    ended = _ended(call, client, since) if since is not None else {}
    return JsonAnswer(200, {"now": call.clock.now(), "sessions": _noted(call, client, activity), **ended})


def _noted(call: Call, client: Client, activity: Mapping[str, int]) -> dict[str, Any]:
    sessions = call.services.sessions
    known = sessions.used_by(client.client_id, list(activity)) if activity else ()
    # What was told before costs no writing. Always in the same order: two who do this do not wait for one another.
    for sid in sorted(part.sid for part in known if activity[part.sid] > part.last_used_at):
        sessions.note_use(sid, client.client_id, activity[sid])
    going_on = sessions.those([part.sid for part in known]) if known else {}
    return {sid: _lifetime(going_on.get(sid)) for sid in activity}


def _lifetime(session: Session | None) -> dict[str, int] | None:
    if session is None or session.ended_at is not None:
        return None
    return {"idle_expires_at": session.idle_expires_at, "expires_at": session.expires_at}


def _ended(call: Call, client: Client, since: int) -> dict[str, Any]:
    over, more = call.services.sessions.ended_since(client.client_id, since, _MOST_ENDED)
    subject_of = call.services.subjects.of
    told = [{"sid": part.sid, "sub": subject_of(part.user, client), "ended_at": part.ended_at} for part in over]
    return {"ended": told, "more": more}


def _activity(text: str | None) -> dict[str, int]:
    try:
        activity = parse_object(text.encode()) if text is not None else {}
    except BadJson as error:
        raise _Malformed(f"activity: {error}") from None
    if len(activity) > _MOST_SESSIONS:
        raise _Malformed(f"activity: has more than {_MOST_SESSIONS} sessions.")
    for sid, used_at in activity.items():
        if not 0 < len(sid) <= _LONGEST_SID or not _is_moment(used_at):
            raise _Malformed("activity: is an object of session identifiers and the seconds of their last use.")
    return activity


def _since(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(_LATEST)):
        raise _Malformed("since: is a moment in whole seconds since 1970.")
    return min(int(text), _LATEST)


def _is_moment(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _LATEST
