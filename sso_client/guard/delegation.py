"""An API that calls the next one for the same person: token exchange (RFC 8693)."""

from __future__ import annotations

import logging
from typing import Any

from sso_client.backchannel import Backchannel
from sso_client.clock import Clock
from sso_client.credentials import basic_authentication
from sso_client.discovery import Discovery
from sso_client.errors import PortalUnavailable, is_error_code
from sso_client.guard.access import Access
from sso_client.guard.recent import Recent
from sso_client.guard.refusal import Refused
from sso_client.guard.settings import GuardSettings
from sso_client.guard.single_flight import SingleFlight
from sso_client.hashing import hashed
from sso_client.json_answer import read_object, text_member

EARLY_SECONDS = 30
"""A token is asked for anew this long before it ends, so that it does not end on its way to the next API."""

GRANT = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 - the name of a kind of token

log = logging.getLogger("sso_client.guard")


class Delegation:
    """Exchanges tokens and keeps what it got, bounded, in memory."""

    def __init__(self, settings: GuardSettings, discovery: Discovery, backchannel: Backchannel, clock: Clock) -> None:
        self._client = settings.as_client
        self._discovery = discovery
        self._backchannel = backchannel
        self._clock = clock
        self._kept: Recent[str] = Recent(settings.cache_size, clock)
        self._flights: SingleFlight[str] = SingleFlight(2 * settings.timeout + 1)

    def token(self, access: Access, audience: str, scope: str) -> str:
        """Return a token for `audience` that speaks for whom `access` speaks, with `scope` or all that is left of it.

        Raises Refused when the portal says no, PortalUnavailable when it gives no usable answer.
        """
        key = hashed("\n".join((access.token, audience, scope)))
        known = self._kept.get(key)
        return known or self._flights.do(key, lambda: self._exchange(key, access.token, audience, scope))

    def _exchange(self, key: str, token: str, audience: str, scope: str) -> str:
        # RFC 8693 section 2.1: `resource` is an address, `audience` a name.
        target = "resource" if audience.startswith(("https://", "http://")) else "audience"
        form = {
            "grant_type": GRANT,
            "subject_token": token,
            "subject_token_type": ACCESS_TOKEN,
            target: audience,
            **({"scope": scope} if scope else {}),
        }
        endpoint = self._discovery.metadata().token_endpoint
        answer = self._backchannel.send("POST", endpoint, data=form, auth=basic_authentication(self._client))
        try:
            told = read_object(answer.content)
        except ValueError as problem:
            raise PortalUnavailable(f"POST {endpoint}: {problem}") from problem
        if answer.status_code != 200:  # noqa: PLR2004
            raise _refusal(text_member(told, "error"), audience, scope)
        issued = text_member(told, "access_token")
        if not issued or text_member(told, "token_type").lower() != "bearer":
            raise PortalUnavailable("token exchange: the answer has no token that can be sent on")
        self._kept.put(key, issued, self._clock.now() + _lifetime(told) - EARLY_SECONDS)
        return issued


def _lifetime(told: dict[str, Any]) -> int:
    seconds = told.get("expires_in")
    return seconds if isinstance(seconds, int) and not isinstance(seconds, bool) else 0


def _refusal(error: str, audience: str, scope: str) -> Exception:
    if error in ("invalid_request", "invalid_grant"):  # RFC 8693 section 2.2.2: the token itself is not good any more
        return Refused(401, "invalid_token", "The token is not good for a call of the next API.")
    if error in ("invalid_scope", "insufficient_scope"):
        return Refused(403, "insufficient_scope", "The token does not allow the call of the next API.", scope=scope)
    named = error if is_error_code(error) else "?"
    log.error("token exchange for %s: the portal answered error=%s", audience, named)
    return PortalUnavailable(f"token exchange: the portal answered error={named}")
