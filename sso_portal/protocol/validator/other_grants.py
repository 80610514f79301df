"""The grants that need no browser: the client's own, and the person's password."""

from __future__ import annotations

from typing import Any

from oauthlib.oauth2.rfc6749.errors import InvalidGrantError, UnauthorizedClientError

from sso_portal.protocol.call import call_of
from sso_portal.protocol.sender_constraints import family_binding
from sso_portal.services.sign_in import NotSignedIn


class OtherGrantAnswers:
    """Client credentials (RFC 6749, section 4.4) and the password grant (section 4.3)."""

    def validate_user(self, username: str, password: str, client: Any, request: Any) -> bool:
        """Whether the password is the person's; failures count as on the sign-in page.

        oauthlib asks this before it looks at the client's grants, so that is done here first: who may not use the grant
        learns nothing about passwords.
        """
        if "password" not in client.metadata["grant_types"]:
            raise UnauthorizedClientError(
                description="This client is not registered for the grant password.", request=request
            )
        call = call_of(request)
        outcome = call.services.sign_in.with_password(username, password, call.address, client_id=client.client_id)
        if not isinstance(outcome, NotSignedIn):
            request.user = call.user = outcome.user
            return True
        if outcome.until is None:
            raise InvalidGrantError(description="The user name or password is not right.", request=request)
        seconds = max(1, outcome.until - call.clock.now())
        raise InvalidGrantError(description=f"There were too many tries; try again in {seconds} s.", request=request)

    def begin_client_family(self, request: Any) -> None:
        """What the client's own access token belongs to."""
        call = call_of(request)
        call.family = call.services.tokens.begin_client_family(request.client.client_id, " ".join(request.scopes))

    def begin_password_family(self, request: Any) -> None:
        """What the app's tokens belong to."""
        call = call_of(request)
        if call.user is None:
            raise TypeError("the password was checked before")
        scope, bound = " ".join(request.scopes), family_binding(call)
        call.family = call.services.tokens.begin_password_family(request.client.client_id, call.user, scope, bound)
