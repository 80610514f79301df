"""Codes and tokens: made, stored by hash, used once, revoked as a family."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from sso_portal.base.clock import Clock
from sso_portal.base.events import EventName
from sso_portal.base.hashing import TokenHasher
from sso_portal.base.ids import ordered_identifier, ordered_like
from sso_portal.services.audit import Audit
from sso_portal.services.sessions import Session
from sso_portal.services.token_lifetimes import TokenLifetimes as TokenLifetimes
from sso_portal.services.users import User
from sso_portal.storage.codes import Code as Code
from sso_portal.storage.codes import CodeStore
from sso_portal.storage.database import Work
from sso_portal.storage.device_codes import DeviceCode
from sso_portal.storage.tokens import Family as Family
from sso_portal.storage.tokens import PresentedToken as PresentedToken
from sso_portal.storage.tokens import Token as Token
from sso_portal.storage.tokens import TokenStore

_LONGEST_CHAIN = 20
"""Rotations that anyone can make within the moment of grace."""

ORIGIN = "origin"
"""In a token's details: the hash of the token that it was exchanged for."""

AGREED_UNTIL = "agreed_until"
"""In the details of an authorization: when what the person agreed to is over, in seconds."""

_NOTE_SECONDS = 3_600
"""That an access token is in use is written at most this often."""


@dataclass(frozen=True)
class Access:
    """What a living access token stands for."""

    family: Family
    scopes: tuple[str, ...]
    user: User | None
    expires_at: int
    details: dict[str, Any] = field(default_factory=dict)
    token_hash: str = ""


class Tokens:
    """Every code and token."""

    def __init__(self, work: Work, hasher: TokenHasher, clock: Clock, lifetimes: TokenLifetimes) -> None:
        """Work inside the given transaction."""
        self._codes = CodeStore(work)
        self._tokens = TokenStore(work)
        self._audit = Audit(work, clock)
        self._hasher = hasher
        self._clock = clock
        self.lifetimes = lifetimes

    def save_code(
        self,
        code: str,
        *,
        client_id: str,
        user_id: int,
        sid: str,
        redirect_uri: str | None,
        scope: str,
        nonce: str | None,
        code_challenge: str | None,
        code_challenge_method: str | None,
        auth_time: int,
        details: dict[str, Any],
        longest_seconds: int | None = None,
    ) -> None:
        """Remember a code and all it is bound to; it lives ``lifetimes.code`` seconds (RFC 6749, section 4.1.2), and no
        more than ``longest_seconds``."""
        now, usual = self._clock.now(), self.lifetimes.code
        seconds = usual if longest_seconds is None else min(usual, longest_seconds)
        self._codes.add(
            Code(
                code_hash=self._hasher.hash(code),
                family_id=ordered_identifier(),
                client_id=client_id,
                user_id=user_id,
                sid=sid,
                redirect_uri=redirect_uri,
                scope=scope,
                nonce=nonce,
                code_challenge=code_challenge,
                code_challenge_method=code_challenge_method,
                auth_time=auth_time,
                issued_at=now,
                expires_at=now + seconds,
                details=details,
            )
        )

    def find_code(self, code: str) -> Code | None:
        """The code, whatever its state."""
        return self._codes.get(self._hasher.hash(code))

    def find_code_and_person(self, code: str) -> tuple[Code, User] | None:
        """The same, and whom it was given out for, enabled or not."""
        return self._codes.get_with_person(self._hasher.hash(code))

    def consume_code(self, code: Code) -> bool:
        """Use a code up; of any number of attempts at once exactly one gets ``True``."""
        return self._codes.consume(code.code_hash, self._clock.now())

    def is_expired(self, record: Code | Token) -> bool:
        """Whether the record's time is over."""
        return record.expires_at <= self._clock.now()

    def begin_family(self, code: Code, bound: Mapping[str, Any] | None = None) -> Family:
        """The family of all tokens that will descend from a code just consumed; ``bound`` is what its refresh tokens
        are bound to."""
        family = self._family(
            family_id=code.family_id,
            client_id=code.client_id,
            user_id=code.user_id,
            sid=code.sid,
            scope=code.scope,
            nonce=code.nonce,
            auth_time=code.auth_time,
            details={**code.details, **(bound or {})},
            # A scope that is granted is one that the client is registered for.
            survives_session="offline_access" in code.scope.split(),
        )
        self._tokens.add_family(family)
        return family

    def keep_family(self, family: Family, until: int) -> None:
        """Let a family that has just begun be kept until ``until``, or longer if it is already."""
        self._tokens.extend_family(family.family_id, max(family.expires_at, until))

    def begin_device_family(self, device_code: DeviceCode, details: dict[str, Any]) -> Family:
        """As above, for a device that was let in (RFC 8628, section 3.5)."""
        family = self._family(
            family_id=device_code.family_id,
            client_id=device_code.client_id,
            user_id=device_code.user_id,
            sid=device_code.sid,
            scope=device_code.scope,
            auth_time=device_code.auth_time,
            details=details,
            survives_session="offline_access" in device_code.scope.split(),
        )
        self._tokens.add_family(family)
        return family

    def begin_front_channel_family(
        self, client_id: str, session: Session, scope: str, details: dict[str, Any]
    ) -> Family | None:
        """The family of an access token that the authorization endpoint answers itself; ``None`` when the session has
        ended meanwhile."""
        family = self._family(
            client_id=client_id,
            user_id=session.user_id,
            sid=session.sid,
            scope=scope,
            auth_time=session.auth_time,
            details=details,
        )
        return family if self._tokens.add_family_of_session(family) else None

    def begin_password_family(
        self, client_id: str, user: User, scope: str, bound: Mapping[str, Any] | None = None
    ) -> Family:
        """The family of tokens that a person's app got for her password; there is no session at the portal."""
        details = {"amr": "pwd", **(bound or {})}
        family = self._family(
            client_id=client_id, user_id=user.id, scope=scope, auth_time=self._clock.now(), details=details
        )
        self._tokens.add_family(family)
        self._audit.record(
            "signed_in", user_id=user.id, client_id=client_id, amr="pwd", by="password grant", scopes=scope.split()
        )
        return family

    def begin_client_family(self, client_id: str, scope: str) -> Family:
        """The family of a client's own access token, with no person in it."""
        family = self._family(client_id=client_id, scope=scope)
        self._tokens.add_family(family)
        return family

    def begin_assertion_family(
        self, client_id: str, user: User, scope: str, *, agreed: bool, until: int | None
    ) -> Family | None:
        """The family of a token for a person whom a client speaks for (RFC 7523, section 2.1); she proved nothing.
        ``None`` when it may because she has ``agreed``, and she has taken that back meanwhile."""
        details = {AGREED_UNTIL: until}
        family = self._family(client_id=client_id, user_id=user.id, scope=scope, details=details)
        if agreed:
            return family if self._tokens.add_family_of_agreement(family) else None
        self._tokens.add_family(family)
        return family

    def begin_exchanged_family(self, client_id: str, subject: Access, scope: str) -> Family | None:
        """The family of a token that another one is exchanged for (RFC 8693): of the same person and session; ``None``
        when the other one has ended meanwhile."""
        before = subject.family
        family = self._family(
            client_id=client_id,
            user_id=before.user_id,
            sid=before.sid,
            scope=scope,
            auth_time=before.auth_time,
            details={name: before.details[name] for name in ("amr",) if name in before.details},
            survives_session=before.survives_session,
        )
        now = self._clock.now()
        return family if self._tokens.add_family_of_token(family, subject.token_hash, now) else None

    def _family(self, *, client_id: str, scope: str, family_id: str = "", **fields: Any) -> Family:
        now = self._clock.now()
        everything = {"user_id": None, "sid": None, "nonce": None, "auth_time": None, **fields}
        details = dict(everything.pop("details", {}))
        return Family(
            family_id=family_id or ordered_identifier(),
            client_id=client_id,
            scope=scope,
            created_at=now,
            expires_at=now + self.lifetimes.family,
            agreed_until=details.pop(AGREED_UNTIL, None),
            details=details,
            **everything,
        )

    def save(
        self,
        family: Family,
        *,
        access_token: str,
        access_scope: str,
        refresh_token: str | None,
        access_details: dict[str, Any] | None = None,
        access_seconds: int | None = None,
    ) -> None:
        """Remember the tokens of one answer; ``access_details`` are of the access token alone, which lives
        ``access_seconds`` when that is not as long as usual.

        A refresh token keeps the family's whole scope (RFC 6749, section 6).
        """
        now, family_id, hashed = self._clock.now(), family.family_id, self._hasher.hash
        until = now + (self.lifetimes.access if access_seconds is None else access_seconds)
        details = access_details or {}
        new = [Token(hashed(access_token), "access", family_id, access_scope, now, until, None, details)]
        if refresh_token is not None:
            until = now + self.lifetimes.refresh
            new.append(Token(hashed(refresh_token), "refresh", family_id, family.scope, now, until))
        self._tokens.add_tokens(*new)

    def find_refresh_token(self, token: str) -> tuple[Token, Family] | None:
        """A refresh token and its family, whatever their state."""
        return self._tokens.get(self._hasher.hash(token), "refresh")

    def successor_of(self, refresh_token: str) -> str:
        """The refresh token that replaces another: always the same one, so that two who refresh at once agree."""
        return ordered_like(refresh_token, self._hasher.derived(refresh_token, "refresh token rotation"))

    def newest_of(self, refresh_token: str) -> str | None:
        """The unused token at the end of the chain that begins with a used one, if that was used a moment ago.

        Two tabs, or a client whose answer was lost, are told the same token within ``lifetimes.refresh_grace`` seconds.
        """
        now = self._clock.now()
        for _ in range(_LONGEST_CHAIN):
            found = self.find_refresh_token(refresh_token)
            if found is None or self.is_expired(found[0]):
                return None
            if found[0].consumed_at is None:
                return refresh_token
            if now - found[0].consumed_at >= self.lifetimes.refresh_grace:
                return None
            refresh_token = self.successor_of(refresh_token)
        return None

    def consume_refresh_token(self, token: Token, family: Family) -> bool:
        """Use a refresh token of this family up; of any number of attempts at once exactly one gets ``True``."""
        now = self._clock.now()
        if not self._tokens.consume(token.token_hash, now):
            return False
        until = now + self.lifetimes.family
        if family.expires_at >= until:
            return self._tokens.use_family(family.family_id, now)
        return self._tokens.extend_family(family.family_id, until + self.lifetimes.beyond, used_at=now)

    def note_use(self, family: Family) -> None:
        """Note that an access token is in use, at most once an hour."""
        now, known = self._clock.now(), family.last_used_at or family.created_at
        if now - known >= _NOTE_SECONDS:
            self._tokens.touch_family(family.family_id, now, _NOTE_SECONDS)

    def is_agreement_over(self, family: Family) -> bool:
        """Whether the time is over for which the person agreed."""
        return family.agreed_until is not None and family.agreed_until <= self._clock.now()

    def revoke_family(
        self,
        family_id: str,
        because: Literal["code_replayed", "device_code_replayed", "refresh_token_replayed", "revoked_by_client"],
    ) -> bool:
        """End every token that came from one authorization; ``False`` when they had ended already."""
        family = self._tokens.revoke_family(family_id, because, self._clock.now())
        if family is None:
            return False
        what: EventName = "tokens_given_back" if because == "revoked_by_client" else because
        self._audit.record(what, user_id=family.user_id, client_id=family.client_id, sid=family.sid)
        return True

    def find_any(self, token: str) -> tuple[Token, Family] | None:
        """An access or refresh token and its family, whatever their state."""
        return self._tokens.get(self._hasher.hash(token))

    def presented(self, token: str, kind: Literal["access", "refresh"] | None = None) -> PresentedToken | None:
        """The same, of one kind or of any, with its person and the last use of her session, whatever their state."""
        return self._tokens.presented(self._hasher.hash(token), kind)

    def revoke_access_token(self, token: Token) -> None:
        """End one access token (RFC 7009, section 2.1)."""
        self._tokens.expire(token.token_hash, self._clock.now())

    def find_access(self, token: str) -> Access | None:
        """What an access token stands for, when it and its family live and its person is enabled."""
        found = self.presented(token, "access")
        if found is None or not self.is_living(found.token, found.family):
            return None
        record, family, user = found.token, found.family, found.user
        if family.user_id is not None and (user is None or not user.is_enabled):
            return None
        scopes = tuple(record.scope.split())
        return Access(family, scopes, user, record.expires_at, record.details, record.token_hash)

    def is_living(self, record: Token, family: Family) -> bool:
        """Whether a token may still be used. One that was exchanged for another lives no longer than that one."""
        if record.consumed_at is not None or family.revoked_at is not None or self.is_expired(record):
            return False
        if self.is_agreement_over(family):
            return False
        origin = record.details.get(ORIGIN)
        if origin is None:
            return True
        found = self._tokens.get(origin, "access")
        return found is not None and self.is_living(*found)
