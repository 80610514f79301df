"""Codes and tokens: made, stored by hash, used once, revoked as a family."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sso_portal.base.clock import Clock
from sso_portal.base.hashing import TokenHasher
from sso_portal.base.ids import identifier
from sso_portal.services.users import User
from sso_portal.storage.codes import Code as Code
from sso_portal.storage.codes import CodeStore
from sso_portal.storage.database import Work
from sso_portal.storage.tokens import Family as Family
from sso_portal.storage.tokens import Token as Token
from sso_portal.storage.tokens import TokenStore
from sso_portal.storage.users import UserStore


@dataclass(frozen=True)
class TokenLifetimes:
    """Lifetimes in seconds."""

    code: int
    access: int
    refresh: int
    id_token: int


@dataclass(frozen=True)
class Access:
    """What a living access token stands for."""

    family: Family
    scopes: tuple[str, ...]
    user: User | None
    expires_at: int


class Tokens:
    """Every code and token."""

    def __init__(self, work: Work, hasher: TokenHasher, clock: Clock, lifetimes: TokenLifetimes) -> None:
        """Work inside the given transaction."""
        self._codes = CodeStore(work)
        self._tokens = TokenStore(work)
        self._users = UserStore(work)
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
    ) -> None:
        """Remember a code and all it is bound to; it lives ``lifetimes.code`` seconds (RFC 6749, section 4.1.2)."""
        now = self._clock.now()
        self._codes.add(
            Code(
                code_hash=self._hasher.hash(code),
                family_id=identifier(),
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
                expires_at=now + self.lifetimes.code,
                consumed_at=None,
            )
        )

    def find_code(self, code: str) -> Code | None:
        """The code, whatever its state."""
        return self._codes.get(self._hasher.hash(code))

    def consume_code(self, code: Code) -> bool:
        """Use a code up; of any number of attempts at once exactly one gets ``True``."""
        return self._codes.consume(code.code_hash, self._clock.now())

    def is_expired(self, record: Code | Token) -> bool:
        """Whether the record's time is over."""
        return record.expires_at <= self._clock.now()

    def begin_family(self, code: Code) -> Family:
        """The family of all tokens that will descend from a code just consumed."""
        now = self._clock.now()
        family = Family(
            family_id=code.family_id,
            client_id=code.client_id,
            user_id=code.user_id,
            sid=code.sid,
            scope=code.scope,
            nonce=code.nonce,
            auth_time=code.auth_time,
            created_at=now,
            expires_at=now + max(self.lifetimes.access, self.lifetimes.refresh),
        )
        self._tokens.add_family(family)
        return family

    def save(self, family: Family, *, access_token: str, access_scope: str, refresh_token: str | None) -> None:
        """Remember the tokens of one answer. A refresh token keeps the family's whole scope (RFC 6749, section 6)."""
        now = self._clock.now()
        new = [self._token(access_token, "access", family, access_scope, now, self.lifetimes.access)]
        if refresh_token is not None:
            new.append(self._token(refresh_token, "refresh", family, family.scope, now, self.lifetimes.refresh))
        self._tokens.add_tokens(*new)

    def _token(self, token: str, kind: str, family: Family, scope: str, now: int, seconds: int) -> Token:
        return Token(self._hasher.hash(token), kind, family.family_id, scope, now, now + seconds)

    def find_refresh_token(self, token: str) -> tuple[Token, Family] | None:
        """A refresh token and its family, whatever their state."""
        return self._tokens.get(self._hasher.hash(token), "refresh")

    def consume_refresh_token(self, token: Token) -> bool:
        """Use a refresh token up; of any number of attempts at once exactly one gets ``True``."""
        now = self._clock.now()
        if not self._tokens.consume(token.token_hash, now):
            return False
        return self._tokens.extend_family(token.family_id, now + max(self.lifetimes.access, self.lifetimes.refresh))

    def revoke_family(self, family_id: str, because: Literal["code_replayed", "refresh_token_replayed"]) -> bool:
        """End every token that came from one authorization."""
        return self._tokens.revoke_family(family_id, because, self._clock.now())

    def find_access(self, token: str) -> Access | None:
        """What an access token stands for, when it and its family live and its person is enabled."""
        found = self._tokens.get(self._hasher.hash(token), "access")
        if found is None:
            return None
        record, family = found
        if self.is_expired(record) or family.revoked_at is not None:
            return None
        user = self._users.by_id(family.user_id) if family.user_id is not None else None
        if family.user_id is not None and (user is None or not user.is_enabled):
            return None
        return Access(family, tuple(record.scope.split()), user, record.expires_at)
