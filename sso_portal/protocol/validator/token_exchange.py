"""Token exchange: which tokens may be exchanged, by whom, for what (RFC 8693, section 2)."""

from __future__ import annotations

from typing import Any

from oauthlib.oauth2.rfc6749.errors import InvalidRequestError, InvalidScopeError

from sso_portal.protocol.call import call_of
from sso_portal.protocol.grants.token_exchange import ACCESS_TOKEN
from sso_portal.protocol.resources import InvalidTarget, form_for, found, printable
from sso_portal.services.clients import Client
from sso_portal.services.resources import Resource, identifiers_of, may_exchange_for
from sso_portal.services.tokens import ORIGIN, Access

JWT = "urn:ietf:params:oauth:token-type:jwt"
_DEEPEST = 5
"""APIs that may act one behind the other."""


class TokenExchangeAnswers:
    """Judging the tokens that are brought, and beginning the family of the one that is issued."""

    use_resources: Any

    def judge_subject_token(self, request: Any) -> None:
        """A living access token of this portal that was meant for the API that brings it."""
        call = call_of(request)
        subject = _brought("subject", request)
        if not identifiers_of(request.client) & set(subject.details.get("aud", ())):
            _refuse("subject_token was not meant for this client.", request)
        chain = _actors(subject.details.get("act"))
        if request.client.client_id in chain:
            _refuse("This client has acted in this chain before.", request)
        if len(chain) >= _DEEPEST:
            _refuse(f"More than {_DEEPEST} clients would act one behind the other.", request)
        call.exchanged, call.user = subject, subject.user
        request.user = subject.user
        # It never lives longer than what it was made from.
        call.access_seconds = subject.expires_at - call.clock.now()
        _choose_scopes(request, subject)

    def judge_actor_token(self, request: Any) -> None:
        """Whoever acts is the client that asks; it may say so again with a token of its own (section 2.1)."""
        if _sent(request, "actor_token") is None and _sent(request, "actor_token_type") is None:
            return
        actor = _brought("actor", request)
        if actor.user is not None or actor.family.client_id != request.client.client_id:
            _refuse("actor_token is not this client's own.", request)

    def choose_exchange_target(self, request: Any) -> None:
        """One of the APIs that this client is registered for; the only one when none is named."""
        call, client = call_of(request), request.client
        names = (*call.resource_names, *call.audiences) or tuple(client.metadata["token_exchange_to"])
        resources = found(names, request)
        for resource in resources:
            if not may_exchange_for(client, resource):
                description = f"This client may not exchange tokens for {printable(resource.name)}."
                raise InvalidTarget(description=description, request=request)
        if not resources or (len(names) > 1 and not (call.resource_names or call.audiences)):
            raise InvalidTarget(description="Say by resource or audience what the token is for.", request=request)
        self.use_resources(resources, request)
        _check_requested_type(request, resources, client)

    def begin_exchanged_family(self, request: Any) -> None:
        """Decided by the database: who revokes the token that was brought wins over the exchange."""
        call = call_of(request)
        if call.exchanged is None:
            raise TypeError("the token was judged before")
        actor: dict[str, Any] = {"sub": request.client.client_id}
        before = call.exchanged.details.get("act")
        call.token_details["act"] = {**actor, "act": before} if before else actor
        call.token_details[ORIGIN] = call.exchanged.token_hash
        scope = " ".join(request.scopes)
        call.family = call.services.tokens.begin_exchanged_family(request.client.client_id, call.exchanged, scope)
        if call.family is None:
            _refuse("subject_token is unknown, expired or revoked.", request)


def _sent(request: Any, name: str) -> str | None:
    # oauthlib's request has no such attribute unless it was sent.
    return getattr(request, name, None)


def _refuse(description: str, request: Any) -> None:
    call_of(request).find("token_exchange", problem=description)
    # Also for tokens that are not acceptable (section 2.2.2).
    raise InvalidRequestError(description=description, request=request)


def _brought(role: str, request: Any) -> Access:
    """The living access token in ``subject_token`` or ``actor_token``."""
    call, token, kind = call_of(request), _sent(request, f"{role}_token"), _sent(request, f"{role}_token_type")
    if token is None or kind is None:
        _refuse(f"{role}_token and {role}_token_type belong together, and one is missing.", request)
    if kind not in {ACCESS_TOKEN, JWT}:
        _refuse(f"{role}_token_type is {ACCESS_TOKEN} or {JWT}.", request)
    access = call.services.tokens.find_access(str(token))
    if access is None or call.services.clients.find(access.family.client_id) is None:
        _refuse(f"{role}_token is unknown, expired or revoked, or no access token of this portal.", request)
    elif kind == JWT and "jti" not in access.details:
        _refuse(f"{role}_token is not a JWT.", request)
    else:
        return access
    raise TypeError("refused before")


def _actors(act: object) -> list[str]:
    """Who has acted so far, the last one first (section 4.1)."""
    chain: list[str] = []
    while isinstance(act, dict):
        chain.append(str(act.get("sub")))
        act = act.get("act")
    return chain


def _choose_scopes(request: Any, subject: Access) -> None:
    """Those of the token, or fewer."""
    wanted = (request.scope or "").split()
    if not set(wanted) <= set(subject.scopes):
        raise InvalidScopeError(description="A scope was asked for that subject_token does not have.", request=request)
    request.scopes = list(dict.fromkeys(wanted)) or list(subject.scopes)


def _check_requested_type(request: Any, resources: tuple[Resource, ...], client: Client) -> None:
    wanted = _sent(request, "requested_token_type")
    kind = form_for(resources, client, request).kind
    if wanted not in {None, ACCESS_TOKEN, JWT} or (wanted == JWT and kind != "jwt"):
        _refuse("requested_token_type is one that this resource does not take.", request)
