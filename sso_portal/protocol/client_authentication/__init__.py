"""Ways in which a client proves who it is, one file per kind (RFC 6749, section 2.3; OpenID Connect Core, section 9).

Owns: reading each kind of credentials, and the decision whether they are right.
Never: knows which endpoint is called, other than by the request's address.
Asked by: the validator, and every endpoint that a client calls under its own name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from oauthlib.oauth2.rfc6749.errors import InvalidClientError, InvalidRequestError

from sso_portal.base.explain import nearest
from sso_portal.protocol.call import call_of
from sso_portal.protocol.client_authentication.assertion import ASSERTION_ALGORITHMS, Assertion
from sso_portal.protocol.client_authentication.certificate import NameInCertificate
from sso_portal.protocol.client_authentication.none import NoCredentials
from sso_portal.protocol.client_authentication.own_certificate import KeyInCertificate
from sso_portal.protocol.client_authentication.secret import SecretInBody, SecretInHeader
from sso_portal.protocol.client_authentication.way import Way
from sso_portal.services.clients import Client

WAYS: tuple[Way, ...] = (SecretInHeader(), SecretInBody(), Assertion())
"""A request uses at most one of them; when it uses none, it is a public client's, or the connection says more."""

CONNECTION_WAYS: Mapping[str, Way] = {
    "tls_client_auth": NameInCertificate(),
    "self_signed_tls_client_auth": KeyInCertificate(),
}
"""Ways that leave nothing in the request but ``client_id``, by the method that the client is registered for."""

_HOUR = 3_600


def authenticated_client(request: Any) -> Client:
    """The client that ``request`` comes from, known for certain unless it is a public one.

    ``request`` is oauthlib's; its ``uri`` is the address of the endpoint that was called. Raises oauthlib errors that
    say what is wrong. Called before the request's transaction has written anything: keys may have to be fetched.
    """
    used = [way for way in WAYS if way.is_used(request)]
    if len(used) > 1:
        kinds = " and ".join(way.name for way in used)
        call_of(request).find("authenticated_twice", used=kinds)
        raise InvalidRequestError(description=f"The client authenticated twice: {kinds}.", request=request)
    way = used[0] if used else NoCredentials()
    client = _named_client(request, way)
    if not used:
        way = CONNECTION_WAYS.get(client.metadata["token_endpoint_auth_method"], way)
    try:
        way.check(request, client)
    except InvalidClientError:
        _note_refusal(request, client)
        raise
    return client


def _note_refusal(request: Any, client: Client) -> None:
    """Once in each hour for each client and address: whoever guesses a secret must not fill the log."""
    call, now = call_of(request), call_of(request).clock.now()
    hour = now // _HOUR
    if call.services.once.first_use("client refused", f"{client.client_id} {call.address} {hour}", now + _HOUR):
        check = call.finding.check if call.finding is not None else "invalid_client"
        call.services.audit.record("client_refused", client_id=client.client_id, check=check)


def _named_client(request: Any, way: Way) -> Client:
    claimed, sent = way.client_id(request), request.client_id
    if claimed is not None and sent is not None and claimed != sent:
        raise InvalidRequestError(
            description=f"client_id in the body differs from the one {way.name}.", request=request
        )
    client_id = claimed if claimed is not None else sent
    if not client_id:
        call_of(request).find("client_authentication_missing")
        raise InvalidClientError(description="No client authentication was included.", request=request)
    client = call_of(request).services.clients.find(client_id)
    if client is None:
        known = [other.client_id for other in call_of(request).services.clients.known()]
        call_of(request).find("client_unknown", sent=client_id, nearest=nearest(client_id, known))
        raise InvalidClientError(description="There is no client with this client_id.", request=request)
    return client


__all__ = ["ASSERTION_ALGORITHMS", "CONNECTION_WAYS", "WAYS", "authenticated_client"]
