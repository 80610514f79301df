"""The way back from the portal: the answer is matched with its attempt, proven, and becomes a site session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sso_client.answer import Answer
from sso_client.attempt import Attempt, AttemptCookies
from sso_client.authorization import AuthorizationRequests
from sso_client.clock import Clock
from sso_client.discovery import Discovery, Metadata
from sso_client.errors import AttemptUnknown, CodeRefused, IssuerMixedUp, PortalRefused, SsoClientError
from sso_client.hashing import hashed
from sso_client.met_demands import MetDemands
from sso_client.proof import Proof, Proofs
from sso_client.site_sessions import SiteSession, SiteSessions
from sso_client.spent_attempts import SpentAttempts
from sso_client.story import Story, tell


@dataclass(frozen=True, slots=True)
class Arrival:
    """Send the browser to `next_path`.

    session_id: the new session's cookie value, "" when none began.   begin_again: the attempt had been spent by a
    request whose answer the browser never got (a callback reloaded half-way); the sign-in has to begin once more.
    """

    next_path: str
    session_id: str = field(repr=False, default="")
    begin_again: bool = False


class Arrivals:
    """Finishes sign-ins."""

    def __init__(
        self,
        discovery: Discovery,
        requests: AuthorizationRequests,
        cookies: AttemptCookies,
        spent: SpentAttempts,
        proofs: Proofs,
        sessions: SiteSessions,
        met: MetDemands,
        clock: Clock,
    ) -> None:
        self._discovery = discovery
        self._requests = requests
        self._cookies = cookies
        self._spent = spent
        self._proofs = proofs
        self._sessions = sessions
        self._met = met
        self._clock = clock

    def cookie_name(self, answer: Answer) -> str:
        """Return the name of the cookie that holds the attempt of `answer`, to be deleted after use."""
        return self._cookies.name(answer.state)

    def arrive(self, answer: Answer, cookies: Mapping[str, str], earlier: SiteSession | None) -> Arrival:
        """Finish the attempt that `answer` belongs to.

        earlier: the session that the browser has already; a new one takes its place, under a new id.
        Raises SignInFailed or PortalUnavailable, with `next_path` set when the attempt is known.
        """
        if earlier is not None:
            page = self._spent.page_of(answer.state, earlier.id_hash)
            if page is not None:  # the back button, or a reload: this callback has done its work
                return Arrival(page)
        attempt = self._cookies.find(cookies, answer.state)
        if attempt is None:
            raise AttemptUnknown("no attempt of this browser has this state")
        try:
            return self._finish(answer, attempt, earlier)
        except SsoClientError as problem:
            problem.next_path = attempt.next_path
            raise

    def _finish(self, answer: Answer, attempt: Attempt, earlier: SiteSession | None) -> Arrival:
        metadata = self._discovery.metadata()
        _check_issuer(answer, metadata)
        if answer.error:
            raise PortalRefused(answer.error)
        if not self._spent.claim(attempt):
            if attempt.again:  # twice is no accident: let the person decide
                raise AttemptUnknown("the attempt has been used already")
            return Arrival(attempt.next_path, begin_again=True)
        proof = self._proofs.of(answer.code, attempt)
        return Arrival(
            attempt.next_path, self._begin(attempt, proof, self._story(metadata, attempt, answer, proof), earlier)
        )

    def _begin(self, attempt: Attempt, proof: Proof, story: Story, earlier: SiteSession | None) -> str:
        self._sessions.sweep()
        self._spent.sweep()
        session_id = self._sessions.begin(proof.claims, proof.scope, proof.tokens, story)
        if session_id is None:
            raise CodeRefused("the portal has ended its session while the site was asking for tokens")
        if attempt.place:
            self._met.note(hashed(session_id), attempt.place)
        self._spent.finished(attempt.state, hashed(session_id), None if earlier is None else earlier.id_hash)
        if earlier is not None:
            self._sessions.forget(earlier.id_hash)
        return session_id

    def _story(self, metadata: Metadata, attempt: Attempt, answer: Answer, proof: Proof) -> Story:
        redirect = self._requests.address(metadata, attempt)
        return tell(
            redirect, attempt, answer.shown(), metadata.token_endpoint, proof.tokens, proof.claims, self._clock.now()
        )


def _check_issuer(answer: Answer, metadata: Metadata) -> None:
    """RFC 9207 section 2.4: an `iss` must be the portal's own, and must be there when the portal promises one."""
    if answer.issuer is None and not metadata.promises_iss:
        return
    if answer.issuer != metadata.issuer:
        raise IssuerMixedUp("the answer does not come from the portal that was asked")
