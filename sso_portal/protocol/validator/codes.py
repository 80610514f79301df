"""Authorization codes: what they are bound to when made, and what is checked when they come back."""

from __future__ import annotations

from typing import Any

from oauthlib.oauth2.rfc6749.errors import InvalidGrantError, MissingCodeVerifierError

from sso_portal.base.explain import difference, oddity_of, shape_of
from sso_portal.base.hashing import s256
from sso_portal.protocol.call import call_of
from sso_portal.protocol.responses_for_clients import warm_encryption_keys
from sso_portal.protocol.sender_constraints import check_code, code_binding, family_binding
from sso_portal.services.profiles import LONGEST_CODE_SECONDS, is_profiled


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
            details={**call.details, **code_binding(request), "amr": call.session.amr},
            longest_seconds=LONGEST_CODE_SECONDS if is_profiled(request.client.metadata) else None,
        )

    def validate_code(self, client_id: str, code: str, client: Any, request: Any) -> bool:
        """Whether the code is this client's, unused and in time. A used one ends what came from it, here and now."""
        call = call_of(request)
        found = call.services.tokens.find_code_and_person(code)
        if found is None:
            call.find("code_unknown", sent=shape_of(code), oddity=oddity_of(code))
            raise InvalidGrantError(description="There is no such authorization code.", request=request)
        record, person = found
        call.family_id = record.family_id
        if record.client_id != client.client_id:
            call.find("code_of_other_client", issued_to=record.client_id, sent_by=client.client_id)
            # Not told apart towards the other client, and not used up: the owner may still redeem it.
            raise InvalidGrantError(description="There is no such authorization code.", request=request)
        if record.consumed_at is not None:
            self._refuse_replay(request, record.family_id, record.consumed_at)
        if call.services.tokens.is_expired(record):
            call.find("code_expired", seconds_late=call.clock.now() - record.expires_at)
            raise InvalidGrantError(
                description=f"The authorization code has expired; codes live {record.expires_at - record.issued_at} "
                "seconds.",
                request=request,
            )
        call.code = record
        request.user = call.user = person
        if not person.is_enabled:
            call.find("person_disabled")
            raise InvalidGrantError(description="The person's account is disabled.", request=request)
        _check_verifier(request, record)
        check_code(request, record.details)
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
            expected = bound_to or client.redirect_uris[0]
            sent = None if request.using_default_redirect_uri else redirect_uri
            apart = difference(sent, expected) if sent is not None else "it was not sent"
            call_of(request).find("redirect_uri_differs", sent=sent, expected=expected, difference=apart)
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
            call.find("code_verifier_unexpected")
            # PKCE downgrade (RFC 9700, section 4.8.2)
            raise InvalidGrantError(
                description="code_verifier was sent, but the authorization request had no code_challenge.",
                request=request,
            )
        if not call.services.tokens.consume_code(call.code):
            now_consumed = call.services.tokens.find_code(request.code)
            if now_consumed is not None and now_consumed.consumed_at is not None:
                self._refuse_replay(request, call.code.family_id, now_consumed.consumed_at)
            if now_consumed is None:
                # The person has just taken back what she agreed to.
                call.find("code_unknown", sent=shape_of(request.code), oddity=oddity_of(request.code))
                raise InvalidGrantError(description="There is no such authorization code.", request=request)
            call.find("session_over")
            raise InvalidGrantError(description="The session of this code is over.", request=request)
        call.family = call.services.tokens.begin_family(call.code, family_binding(call))

    def invalidate_authorization_code(self, client_id: str, code: str, request: Any) -> None:
        """Nothing is left to do: the code was consumed before the token was made."""

    def _refuse_replay(self, request: Any, family_id: str, used_at: int) -> None:
        # Remembered although refused: the error is returned as an answer, so the transaction commits.
        call = call_of(request)
        call.services.tokens.revoke_family(family_id, "code_replayed")
        seconds = call.clock.now() - used_at
        call.find("code_used", used_at=used_at, seconds_ago=seconds, by=request.client.client_id)
        raise InvalidGrantError(
            description=f"The authorization code was used {seconds} seconds ago by this client; the tokens that came "
            "from it are revoked.",
            request=request,
        )


def _check_verifier(request: Any, record: Any) -> None:
    """Say what is wrong with PKCE (RFC 7636, section 4.6); oauthlib checks the same and says nothing."""
    call, verifier = call_of(request), request.code_verifier
    if record.code_challenge is None:
        return
    if verifier is None:
        call.find("code_verifier_missing")
        raise MissingCodeVerifierError(
            description="code_verifier is missing: the authorization request had a code_challenge.", request=request
        )
    if s256(verifier) != record.code_challenge:
        plain = "the challenge itself was sent" if verifier == record.code_challenge else ""
        call.find("code_verifier_mismatch", sent=shape_of(verifier), oddity=plain or oddity_of(verifier))
        raise InvalidGrantError(
            description="code_verifier does not match the code_challenge of the authorization request"
            f"{f': {plain}' if plain else ''}.",
            request=request,
        )
