"""What has happened beside answering: sites that were told of sign-outs, mails, refusals that the portal remembers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

from sso_flow.journal import Hop
from sso_testkit.audit_events import AuditEvent, audit_events_of
from sso_testkit.captured import Captured
from sso_testkit.faults.signed_tokens import claims_of, is_signed
from sso_testkit.mails import Mail
from sso_testkit.notices import Notice, notices_of
from sso_testkit.world import World


class Surroundings(Protocol):
    """The part of :class:`~sso_testkit.sso.SingleSignOn` that effects are read from."""

    world: World
    portal: Any


@dataclass(frozen=True)
class LogoutToken:
    """One try to tell a site that a session is over (OpenID Connect Back-Channel Logout 1.0, section 2.5).

    ``claims`` are what the token says, unchecked, empty when it is encrypted. ``status`` is what the site has answered,
    0 when nothing came back. ``at`` is the world's time in seconds.
    """

    host: str
    client_id: str
    sid: str
    status: int
    at: int
    claims: Mapping[str, Any]


@dataclass(frozen=True)
class Refusal:
    """Something that the portal did not accept, as ``sso-portal trace`` tells it.

    ``step`` is where, ``check`` the rule that failed, ``mend`` what can be done about it.
    """

    at: int
    step: str
    check: str
    mend: str
    trace_id: str
    details: Mapping[str, Any]


class Effects:
    """Each is read anew whenever it is asked for."""

    def __init__(self, surroundings: Surroundings) -> None:
        """Nothing is read yet."""
        self._surroundings = surroundings

    @property
    def logout_tokens(self) -> Captured[LogoutToken]:
        """What sites were told of sign-outs, every try, in order; as far back as the journal goes."""
        return Captured("logout tokens", filter(None, map(_logout_token, self._surroundings.world.journal.hops)))

    @property
    def notices(self) -> Captured[Notice]:
        """Whom the portal tells of sign-outs, and what has become of it, oldest first."""
        return Captured("sign-out notices", notices_of(self._surroundings.portal))

    @property
    def mails(self) -> Captured[Mail]:
        """What anybody in the world has sent with ``smtplib``, in order."""
        return Captured("mails", self._surroundings.world.mails)

    @property
    def audit_events(self) -> Captured[AuditEvent]:
        """The portal's audit log, oldest first; it begins with the people, clients and keys that were there at the
        start, so ask for what you mean: ``audit_events.of(what="signed_in").only()``."""
        return Captured("audit events", audit_events_of(self._surroundings.portal))

    @property
    def refusals(self) -> Captured[Refusal]:
        """What the portal has refused, in order; as far back as the journal goes."""
        return Captured("refusals", self._refused())

    def _refused(self) -> Iterator[Refusal]:
        portal = self._surroundings.portal
        host = urlsplit(portal.issuer).netloc
        traces = [_trace_of(hop) for hop in self._surroundings.world.journal.hops if urlsplit(hop.url).netloc == host]
        for trace_id in dict.fromkeys(filter(None, traces)):
            with portal.transaction() as unit:
                entries = unit.traces.timeline(trace_id)
            for entry in entries:
                if entry.check and entry.trace_id == trace_id:
                    yield Refusal(entry.at, entry.step, entry.check, entry.mend, trace_id, dict(entry.details))


def _logout_token(hop: Hop) -> LogoutToken | None:
    token = dict(hop.form).get("logout_token")
    if token is None:
        return None
    claims = claims_of(token) if is_signed(token) else {}
    client_id, sid = str(claims.get("aud", "")), str(claims.get("sid", ""))
    return LogoutToken(urlsplit(hop.url).netloc, client_id, sid, hop.status, hop.at, claims)


def _trace_of(hop: Hop) -> str:
    return next((value for name, value in hop.response_headers if name.lower() == "x-request-id"), "")
