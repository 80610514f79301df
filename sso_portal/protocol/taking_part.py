"""A client takes part in a session from the moment on that it is told who the person is."""

from __future__ import annotations

from oauthlib.oauth2.rfc6749.errors import ConsentRequired, LoginRequired

from sso_portal.protocol.authorization_answers import Authorization
from sso_portal.protocol.call import Call


def take_part(call: Call, authorization: Authorization, *, agreed: bool) -> None:
    """From now on the client is told when the session ends. Raises when it has ended meanwhile, or when the answer
    rests on what the person had ``agreed`` before and she has just taken that back."""
    client_id, session, scopes = authorization.client.client_id, call.session, authorization.request.scopes
    if session is not None and call.services.sessions.join(session, client_id, scopes, agreed=agreed):
        return
    if agreed and session is not None and call.services.consents.find(session.user_id, client_id) is None:
        call.find("consent_missing")
        description = "The person has just taken her agreement back."
        raise ConsentRequired(description=description, request=authorization.request)
    raise LoginRequired(description="The session is over.", request=authorization.request)
