"""The way to the portal: a new attempt, its cookie, and the address to send the browser to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sso_client.attempt import Attempt, AttemptCookies
from sso_client.authorization import AuthorizationRequests
from sso_client.clock import Clock
from sso_client.demand import Demand
from sso_client.discovery import Discovery


@dataclass(frozen=True, slots=True)
class Departure:
    """Send the browser to `location`, set this cookie, delete the cookies named in `dropped`."""

    location: str
    cookie_name: str
    cookie_value: str = field(repr=False)
    dropped: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked of the portal beyond a sign-in.

    login_hint: who it may be, for the portal's sign-in page.   id_token_hint: who it is meant to be, by an id_token.
    demand: what the page with the path `page` demands.
    """

    login_hint: str = ""
    id_token_hint: str = field(repr=False, default="")
    demand: Demand | None = None
    page: str = ""


NOTHING_MORE = Wish()


class Departures:
    """Begins sign-ins."""

    def __init__(
        self, discovery: Discovery, requests: AuthorizationRequests, cookies: AttemptCookies, clock: Clock
    ) -> None:
        self._discovery = discovery
        self._requests = requests
        self._cookies = cookies
        self._clock = clock

    def depart(
        self,
        next_path: str,
        redirect_uri: str,
        cookies: Mapping[str, str],
        *,
        again: bool = False,
        wish: Wish = NOTHING_MORE,
    ) -> Departure:
        """Begin an attempt that will come back to `next_path`, a path that urls.local_path has passed.

        cookies: all cookies of the request.   again: this one takes the place of an attempt that was spent already.
        Raises PortalUnavailable when the portal does not answer now.
        """
        metadata = self._discovery.metadata_of_living_portal()
        now = self._clock.now()
        attempt = Attempt.begin(next_path, redirect_uri, now, again=again, demand=wish.demand, page=wish.page)
        value = self._cookies.seal(attempt)
        hints = {"login_hint": wish.login_hint, "id_token_hint": wish.id_token_hint}
        return Departure(
            location=self._requests.address(metadata, attempt, **hints),
            cookie_name=self._cookies.name(attempt.state),
            cookie_value=value,
            dropped=tuple(self._cookies.surplus(cookies, value)),
        )
