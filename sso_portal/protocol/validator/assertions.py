"""Assertions by which a client speaks for a person (RFC 7523, sections 2.1 and 3)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from oauthlib.oauth2.rfc6749.errors import InvalidGrantError, InvalidRequestError

from sso_portal.base.client_jose import VERIFICATION_ALGORITHMS, BadToken, header_of
from sso_portal.protocol.call import Call, call_of
from sso_portal.protocol.client_authentication.assertion import audiences_of
from sso_portal.protocol.client_authentication.assertion_claims import check_claims, expiry_of
from sso_portal.services.clients import Client
from sso_portal.services.consents import Agreement
from sso_portal.services.users import User

_LONGEST_SECONDS = 300
"""How far in the future ``exp`` may lie."""

_LONGEST_SUBJECT = 200
_NOT_AGREED = "The person has not agreed to these scopes; she can, by signing in to this client once."


class AssertionAnswers:
    """Judging an assertion, and using it up."""

    def judge_assertion(self, request: Any) -> None:
        """The client has signed it just now, for this portal, about a person who is here and enabled."""
        call, assertion = call_of(request), getattr(request, "assertion", None)
        if assertion is None:
            raise InvalidRequestError(description="assertion is missing.", request=request)
        try:
            call.assertion = _verified(call, request, assertion)
            call.user = request.user = _person(call, request.client, call.assertion)
        except BadToken as error:
            _refuse(f"assertion: {error}", request)
        if request.scope is None:
            # It goes on for minutes, never without her: the scope for that would promise too much.
            request.scopes = [scope for scope in request.client.scopes if scope != "offline_access"]

    def use_assertion(self, request: Any) -> None:
        """Once the person has agreed to what is asked, the assertion is used up, before a token exists."""
        call, client = call_of(request), request.client
        if call.user is None or call.assertion is None:
            raise TypeError("the assertion was judged before")
        agreement = _check_agreement(call, call.user, client, request)
        # Last, and before anything is written: an assertion that is not acceptable uses nothing up.
        value = json.dumps([client.client_id, call.assertion["jti"]])
        if not call.services.once.first_use("assertion", value, expiry_of(call.assertion)):
            _refuse("assertion: its jti was used before; every request needs an assertion of its own.", request)
        scope = " ".join(request.scopes)
        agreed, until = agreement is not None, agreement.until if agreement is not None else None
        call.family = call.services.tokens.begin_assertion_family(
            client.client_id, call.user, scope, agreed=agreed, until=until
        )
        if call.family is None:
            _refuse(_NOT_AGREED, request)


def _refuse(description: str, request: Any) -> None:
    call_of(request).find("assertion", problem=description)
    raise InvalidGrantError(description=description, request=request)


def _verified(call: Call, request: Any, assertion: str) -> Mapping[str, Any]:
    kind = header_of(assertion).get("typ", "JWT")
    if not isinstance(kind, str) or kind.lower() != "jwt":
        raise BadToken("its typ is not JWT.")
    claims = call.services.client_keys.verified(request.client, assertion, VERIFICATION_ALGORITHMS)
    subject = claims.get("sub")
    if not isinstance(subject, str) or not subject or len(subject) > _LONGEST_SUBJECT or "\x00" in subject:
        raise BadToken("its sub is not a person.")
    if subject == request.client.client_id:
        # That is how a client speaks for itself, with the same key.
        raise BadToken("its sub is the client, not a person.")
    check_claims(
        {**claims, "sub": request.client.client_id},
        request.client.client_id,
        audiences_of(call, request),
        call.clock.now(),
        longest_seconds=_LONGEST_SECONDS,
    )
    return claims


def _person(call: Call, client: Client, claims: Mapping[str, Any]) -> User:
    """By her subject, which nobody can choose, before her user name; a pairwise subject cannot be turned back."""
    users, subject = call.services.users, str(claims["sub"])
    by_subject = users.by_subject(subject) if client.metadata["subject_type"] == "public" else None
    user = by_subject or users.by_username(subject)
    if user is None or not user.is_enabled:
        raise BadToken("its sub is nobody who can sign in here.")
    return user


def _check_agreement(call: Call, user: User, client: Client, request: Any) -> Agreement | None:
    """Nobody can be asked now: either nobody has to be, or she has agreed to all of it before."""
    if client.metadata["always_authenticate"]:
        _refuse("This client has people sign in every time, so it cannot speak for them.", request)
    if client.consent == "silent":
        return None
    agreement = call.services.consents.find(user.id, client.client_id) if client.consent == "once" else None
    if agreement is None or not set(request.scopes) <= agreement.granted:
        _refuse(_NOT_AGREED, request)
    return agreement
