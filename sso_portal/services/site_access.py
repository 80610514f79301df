"""The sites that a person has let in: what each may know and do, since when, until when; and how she takes it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sso_portal.base.clock import Clock
from sso_portal.services.audit import Audit
from sso_portal.services.client_metadata import DEVICE_CODE
from sso_portal.services.clients import Client, Clients
from sso_portal.services.consents import Agreement, Consents
from sso_portal.services.sign_outs import Receipt, SignOuts
from sso_portal.services.users import User
from sso_portal.storage.codes import CodeStore
from sso_portal.storage.database import Work
from sso_portal.storage.device_codes import DeviceCodeStore
from sso_portal.storage.participations import ParticipationStore
from sso_portal.storage.site_access import SiteAccessStore, Standing
from sso_portal.storage.tokens import TokenStore

_LETS_IN = {DEVICE_CODE, "password"}
"""Grants by which a person lets a client in that has no address to come back to."""

_CLOCKS_DIFFER = 60
"""Seconds: what has expired for this machine may still be redeemed at another one."""


@dataclass(frozen=True)
class SiteAccess:
    """What one site has. Times are seconds; ``ends_at`` is ``None`` when it holds until it is taken back.

    ``is_remembered``: she is not asked for the same again. ``goes_on``: it holds tokens that work while she is signed
    out. ``exact_details`` is how many things she has allowed word for word (RFC 9396).
    """

    client: Client
    granted: tuple[str, ...]
    declined: tuple[str, ...]
    since: int
    last_used_at: int
    ends_at: int | None = None
    is_remembered: bool = False
    goes_on: bool = False
    exact_details: int = 0

    @property
    def is_removable(self) -> bool:
        """Whether it is hers to take back; nobody is ever asked about a ``silent`` site."""
        return self.client.consent != "silent"


class SiteAccesses:
    """Every site that a person has let in."""

    def __init__(self, work: Work, *, clients: Clients, consents: Consents, sign_outs: SignOuts, clock: Clock) -> None:
        """Work inside the given transaction."""
        self._store = SiteAccessStore(work)
        self._participations = ParticipationStore(work)
        self._codes = CodeStore(work)
        self._device_codes = DeviceCodeStore(work)
        self._tokens = TokenStore(work)
        self._clients = clients
        self._consents = consents
        self._sign_outs = sign_outs
        self._audit = Audit(work, clock)
        self._clock = clock

    def of(self, user: User) -> list[SiteAccess]:
        """What every site has, the last used first; as many statements for one as for a thousand."""
        agreements = self._consents.of_user(user.id)
        standings: dict[str, list[Standing]] = {}
        for standing in self._store.of_user(user.id, self._clock.now()):
            standings.setdefault(standing.client_id, []).append(standing)
        uses = self._participations.uses_by(user.id)
        found = [
            access
            for name in {*agreements, *standings, *uses}
            for client in [self._clients.find(name)]
            if client is not None
            for access in [_access(client, agreements.get(name), standings.get(name, []), uses.get(name))]
            if access is not None
        ]
        return sorted(found, key=lambda access: (-access.last_used_at, access.client.client_id))

    def withdraw(self, user: User, client_id: str) -> list[Receipt] | None:
        """Take everything back that a site has: the agreement, codes, tokens and sign-ins there; answers a receipt for
        each session that it took part in. ``None`` when there was nothing, or it is not hers to take back."""
        client = self._clients.find(client_id)
        if client is None or client.consent == "silent":
            return None
        # In this order: each step waits for who is under way by what it takes back, and the next one sees the outcome.
        agreed = self._consents.forget(user.id, client_id)
        now = self._clock.now()
        since = now - _CLOCKS_DIFFER
        waiting = self._codes.withdraw(user.id, client_id, since)
        waiting += self._device_codes.withdraw(user.id, client_id, since)
        ended = self._tokens.revoke_families("access_removed", now, user_id=user.id, client_id=client_id)
        taking_part = self._sign_outs.taking_part(user, client_id)
        if not (agreed or waiting or ended or taking_part):
            return None
        self._audit.record("access_removed", user_id=user.id, client_id=client_id)
        return self._sign_outs.end_site_in(taking_part, client_id)


def _access(
    client: Client, agreement: Agreement | None, standings: Sequence[Standing], used: tuple[int, int] | None
) -> SiteAccess | None:
    """What one site has; ``None`` when it has nothing."""
    living = [standing for standing in standings if standing.is_living] if _lets_people_in(client) else []
    if agreement is None and not living and (client.consent != "silent" or used is None):
        return None
    began = [standing.began_at for standing in living] + ([agreement.since] if agreement else [])
    last = [standing.used_at for standing in standings] + ([used[1]] if used else [])
    granted = {scope for standing in living for scope in standing.scope.split()}
    granted |= agreement.granted if agreement else set()
    return SiteAccess(
        client,
        tuple(_in_order(client, granted)),
        tuple(_in_order(client, agreement.declined - granted if agreement else set())),
        since=min(began or [used[0] if used else 0]),
        last_used_at=max([*last, agreement.used_at] if agreement else last),
        ends_at=_ends_at(agreement, living),
        is_remembered=agreement is not None and client.consent == "once",
        goes_on=any(standing.goes_on for standing in living),
        exact_details=len(agreement.details) if agreement else 0,
    )


def _ends_at(agreement: Agreement | None, living: Sequence[Standing]) -> int | None:
    ends = [standing.agreed_until for standing in living] if agreement is None else [agreement.until]
    known = [end for end in ends if end is not None]
    return max(known) if known and len(known) == len(ends) else None


def _lets_people_in(client: Client) -> bool:
    """Whether people go there. What an API gets in exchange for a site's token ends with that one."""
    return bool(client.redirect_uris) or bool(_LETS_IN & set(client.metadata["grant_types"]))


def _in_order(client: Client, scopes: set[str] | frozenset[str]) -> list[str]:
    """Scopes as the client has them, and after them those that it has no more."""
    return [scope for scope in client.scopes if scope in scopes] + sorted(scopes - set(client.scopes))
