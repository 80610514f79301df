"""Is this authorization request one that the client may make (RFC 6749, sections 3.1 and 4.1.1)?"""

from __future__ import annotations

from typing import Any

from sso_portal.base.explain import difference, nearest
from sso_portal.protocol.call import call_of
from sso_portal.services.scopes import is_personal


class AuthorizationAnswers:
    """Client, redirect URI, response type, scopes."""

    def validate_client_id(self, client_id: str, request: Any) -> bool:
        """Whether there is such a client."""
        call = call_of(request)
        request.client = call.client = call.services.clients.find(client_id)
        if request.client is None:
            known = [client.client_id for client in call.services.clients.known()]
            call.find("client_unknown", sent=client_id, nearest=nearest(client_id, known))
        return request.client is not None

    def validate_redirect_uri(self, client_id: str, redirect_uri: str, request: Any) -> bool:
        """Whether the redirect URI is registered, to the letter (RFC 9700, section 2.1)."""
        if request.client.allows_redirect_uri(redirect_uri):
            return True
        registered = request.client.redirect_uris
        expected = nearest(redirect_uri, registered)
        call_of(request).find(
            "redirect_uri_unregistered",
            sent=redirect_uri,
            registered=registered,
            nearest=expected,
            difference=difference(redirect_uri, expected) if expected is not None else None,
        )
        return False

    def get_default_redirect_uri(self, client_id: str, request: Any) -> str | None:
        """The only registered redirect URI; with several, one must be sent (RFC 6749, section 3.1.2.3)."""
        uris = request.client.redirect_uris
        if len(uris) != 1 and request.grant_type is None:
            call_of(request).find("redirect_uri_missing", registered=uris)
        return uris[0] if len(uris) == 1 else None

    def validate_response_type(self, client_id: str, response_type: str, client: Any, request: Any) -> bool:
        """Whether the client is registered for this response type."""
        registered = client.metadata["response_types"]
        if response_type not in registered:
            call_of(request).find("response_type_not_registered", sent=response_type, registered=registered)
        return response_type in registered

    def validate_grant_type(self, client_id: str, grant_type: str, client: Any, request: Any) -> bool:
        """Whether the client is registered for this grant."""
        registered = client.metadata["grant_types"]
        if grant_type not in registered:
            call_of(request).find("grant_not_registered", sent=grant_type, registered=registered)
        return grant_type in registered

    def get_default_scopes(self, client_id: str, request: Any) -> list[str]:
        """All scopes the client is registered for, when it asks for none in particular (RFC 6749, section 3.3)."""
        scopes = list(request.client.scopes)
        return [scope for scope in scopes if not is_personal(scope)] if _is_without_person(request) else scopes

    def validate_scopes(self, client_id: str, scopes: list[str], client: Any, request: Any) -> bool:
        """Whether the client may ask for these scopes, each once."""
        request.scopes = list(dict.fromkeys(scopes))
        allowed = list(client.scopes)
        if _is_without_person(request):
            # A client's own token says nothing about anybody; it may even be without a scope.
            allowed = [scope for scope in allowed if not is_personal(scope)]
        strange = [scope for scope in request.scopes if scope not in allowed]
        if strange:
            call_of(request).find("scope_not_registered", not_registered=strange, registered=allowed)
        return not strange and (bool(scopes) or _is_without_person(request))

    def is_pkce_required(self, client_id: str, request: Any) -> bool:
        """For a code: public clients always, others unless they are registered without (RFC 9700, section 2.1.1)."""
        if request.response_type is not None and "code" not in request.response_type.split():
            return False
        return bool(request.client.is_public or request.client.metadata["require_pkce"])

    def validate_silent_login(self, request: Any) -> bool:
        """The dispatcher in :mod:`sso_portal.protocol.interaction` decides this, with everything at hand."""
        return True

    def validate_silent_authorization(self, request: Any) -> bool:
        """As above."""
        return True

    def validate_user_match(self, id_token_hint: str, scopes: list[str], claims: Any, request: Any) -> bool:
        """As above."""
        return True

    def is_origin_allowed(self, client_id: str, origin: str, request: Any) -> bool:
        """No page of another origin reads the token endpoint's answers."""
        return False


def _is_without_person(request: Any) -> bool:
    return bool(request.grant_type == "client_credentials")
