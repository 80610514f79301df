"""What every way has in common: the first 401, and what the app does once it has tokens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from demo_sites.mobile_app.portal import Portal
from demo_sites.mobile_app.telling import Stopped, Telling, masked, shown
from demo_sites.mobile_app.user_api import Answer, UserApi
from sso_client.errors import PortalUnavailable, TokenRefused
from sso_client.tokens import Tokens

SCOPE = "profile people.read"
"""What the app asks for where it can say so: no more than it needs."""


@dataclass
class Visit:
    """One run of the app."""

    portal: Portal
    api: UserApi
    telling: Telling

    def knock(self) -> None:
        """Ask without a token, and look where one is to be had. Raises Stopped when that is another portal.

        A password or a code must never go to whoever an API happens to name: the portal is the one that the app was
        built for.
        """
        telling, api = self.telling, self.api
        telling.step(f"The app asks {api.address}/me, without a token.")
        answer = api.me()
        if answer.status != 401:
            raise Stopped(f"{api.address}/me answered {answer.status} and not 401: that is no API behind a guard.")
        telling.came(f"401, no entry without a token. WWW-Authenticate: Bearer {masked(answer.challenge)}")
        servers = api.servers(answer.challenge)
        if servers and self.portal.issuer not in servers:
            named = ", ".join(map(shown, servers[:3]))
            raise Stopped(f"{api.address} takes tokens of {named}, and this app knows {self.portal.issuer} only.")
        if servers:
            telling.step("It reads in the API's own document who may give tokens (RFC 9728).")
            telling.came(f"{self.portal.issuer}, the portal that this app was built for.")

    def got(self, tokens: Tokens) -> None:
        """Say what the token endpoint answered."""
        seconds = "" if tokens.expires is None else f", good for {tokens.expires - self.portal.clock.now()} seconds"
        kept = {"access_token": tokens.access_token, "refresh_token": tokens.refresh_token, "scope": tokens.scope}
        self.telling.came(f"200. {masked({name: value for name, value in kept.items() if value})}{seconds}")

    def use(self, tokens: Tokens) -> None:
        """Call the API, renew the tokens, call again, and give everything back. Raises Stopped."""
        self.telling.step("It asks the API again, with the token: Authorization: Bearer ….")
        self._call(tokens)
        if tokens.refresh_token:
            self.telling.step(
                "An hour later the access token is over. The app renews it without asking anybody: "
                f"{masked({'grant_type': 'refresh_token', 'refresh_token': tokens.refresh_token})}"
            )
            tokens = self.ask(lambda: self.portal.renewed(tokens))
            self.got(tokens)
            self.telling.step("It asks the API once more, with the new token.")
            self._call(tokens)
        self._sign_out(tokens)

    def ask(self, call: Callable[[], Tokens]) -> Tokens:
        """A call to the token endpoint. Raises Stopped, with a sentence, when it brings no tokens."""
        try:
            return call()
        except TokenRefused as refused:
            raise Stopped(f"The portal gave no token: {shown(refused.code)}.") from None
        except PortalUnavailable:
            raise Stopped(f"The portal at {self.portal.issuer} does not answer. Nothing is lost; try again.") from None

    def _call(self, tokens: Tokens) -> None:
        answer = self.api.me(tokens.access_token)
        if answer.status != 200:
            raise Stopped(_refusal(self.api.address, answer))
        self.telling.came(f"200. It is {shown(answer.person)}.")

    def _sign_out(self, tokens: Tokens) -> None:
        self.telling.step("Sign out: the app takes its tokens back at the portal (RFC 7009) and forgets them.")
        try:
            statuses = [self.portal.revoke(token) for token in (tokens.refresh_token, tokens.access_token) if token]
        except PortalUnavailable:
            raise Stopped("The portal does not answer; the tokens end by themselves when their time is over.") from None
        told = ", ".join(map(str, statuses))
        self.telling.came(f"{told}. An API that has asked about the token may take it for some seconds more.")


def _refusal(address: str, answer: Answer) -> str:
    if answer.status == 403:
        return f"{address} does not let this token in: it needs {shown(answer.challenge.get('scope', 'more'))}."
    if answer.status in (429, 503):
        return f"{address} cannot tell at the moment ({answer.status}). Try again in a little while."
    because = shown(answer.challenge.get("error", "no reason given"))
    return f"{address}/me answered {answer.status} although the app has a token: {because}."
