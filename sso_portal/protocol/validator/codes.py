"""Authorization codes: what they are bound to when made, and what is checked when they come back."""

from __future__ import annotations

from typing import Any

from oauthlib.oauth2.rfc6749.errors import InvalidGrantError

from sso_portal.protocol.call import call_of
from sso_portal.protocol.responses_for_clients import warm_encryption_keys


class CodeAnswers:
    """Making, checking and consuming codes (RFC 6749, sections 4.1.2 and 4.1.3)."""

    def save_authorization_code(self, client_id: str, code: dict[str, str], request: Any) -> None:
        """Remember a new code and everything it is bound to."""
        call = call_of(request)
        if call.session is None or call.user is None:
            raise TypeError("a code is made for a signed-in person only")
        call.services.tokens.save_code(
            code["code"],
            client_id=client_id,
            user_id=call.user.id,
            sid=call.session.sid,
            redirect_uri=call.sent_redirect_uri,
            scope=" ".join(request.scopes),
            nonce=request.nonce,
            code_challenge=request.code_challenge,
            code_challenge_method=request.code_challenge_method,
            auth_time=call.session.auth_time,
            details={**call.details, "amr": call.session.amr},
        )

    def validate_code(self, client_id: str, code: str, client: Any, request: Any) -> bool:
        """Whether the code is this client's, unused and in time. A used one ends what came from it, here and now."""
        call = call_of(request)
        record = call.services.tokens.find_code(code)
        if record is None:
            raise InvalidGrantError(description="There is no such authorization code.", request=request)
        if record.client_id != client.client_id:
            # Not told apart towards the other client, and not used up: the owner may still redeem it.
            raise InvalidGrantError(description="There is no such authorization code.", request=request)
        if record.consumed_at is not None:
            self._refuse_replay(request, record.family_id)
        if call.services.tokens.is_expired(record):
            raise InvalidGrantError(
                description="The authorization code has expired; codes live "
                f"{call.services.tokens.lifetimes.code} seconds.",
                request=request,
            )
        call.code = record
        request.user = call.user = call.services.users.by_id(record.user_id)
        if call.user is None or not call.user.is_enabled:
            raise InvalidGrantError(description="The person's account is disabled.", request=request)
        request.scopes = record.scope.split()
        # Fetched now if need be: no lock is held yet.
        warm_encryption_keys(call)
        return True

    def get_code_challenge(self, code: str, request: Any) -> str | None:
        """The PKCE challenge the code is bound to."""
        record = call_of(request).code
        return record.code_challenge if record else None

    def get_code_challenge_method(self, code: str, request: Any) -> str | None:
        """The method of that challenge."""
        record = call_of(request).code
        return record.code_challenge_method if record else None

    def confirm_redirect_uri(self, client_id: str, code: str, redirect_uri: str, client: Any, request: Any) -> bool:
        """Whether the redirect URI is the one of the authorization request (RFC 6749, section 4.1.3).

        When that request left it out, the only registered one may be sent or left out here too.
        """
        record = call_of(request).code
        bound_to = record.redirect_uri if record else None
        if bound_to is None:
            right = client.allows_redirect_uri(redirect_uri)
        else:
            right = not request.using_default_redirect_uri and redirect_uri == bound_to
        if not right:
            raise InvalidGrantError(
                description="redirect_uri is not the one that the authorization request was made with.", request=request
            )
        return True

    def consume_code(self, request: Any) -> None:
        """Use the code up, before any token exists: one statement, won by exactly one of any number of requests."""
        call = call_of(request)
        if call.code is None:
            raise TypeError("a code is consumed after it was checked")
        if request.code_verifier is not None and call.code.code_challenge is None:
            # PKCE downgrade (RFC 9700, section 4.8.2)
            raise InvalidGrantError(
                description="code_verifier was sent, but the authorization request had no code_challenge.",
                request=request,
            )
        if not call.services.tokens.consume_code(call.code):
            now_consumed = call.services.tokens.find_code(request.code)
            if now_consumed is not None and now_consumed.consumed_at is not None:
                self._refuse_replay(request, call.code.family_id)
            raise InvalidGrantError(description="The session of this code is over.", request=request)
        call.family = call.services.tokens.begin_family(call.code)

    def invalidate_authorization_code(self, client_id: str, code: str, request: Any) -> None:
        """Nothing is left to do: the code was consumed before the token was made."""

    def _refuse_replay(self, request: Any, family_id: str) -> None:
        # Remembered although refused: the error is returned as an answer, so the transaction commits.
        call_of(request).services.tokens.revoke_family(family_id, "code_replayed")
        raise InvalidGrantError(
            description="The authorization code was used before; the tokens that came from it are revoked.",
            request=request,
        )
