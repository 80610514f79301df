"""The way for whatever has no keyboard or no browser: a code that is typed, or scanned, elsewhere (RFC 8628)."""

from __future__ import annotations

from collections.abc import Callable

from demo_sites.mobile_app.picture import qr_code
from demo_sites.mobile_app.portal import DeviceCode
from demo_sites.mobile_app.telling import Stopped, masked, shown
from demo_sites.mobile_app.visit import SCOPE, Visit
from sso_client.errors import PortalUnavailable, TokenRefused
from sso_client.tokens import Tokens

TITLE = "The device way: the person answers on another device, and this one waits."
SLOWER = 5
"""Seconds that a pause grows by when the portal says slow_down (RFC 8628, section 3.5)."""

LONGEST_PAUSE = 60

_WORDS = {
    "access_denied": "You chose not to share. The app got nothing.",
    "expired_token": "The code was not used in time. Start again for a new one.",
}


def sign_in_by_device(visit: Visit, wait: Callable[[float], None]) -> None:
    """The whole visit. ``wait`` lets seconds pass. Raises Stopped."""
    visit.telling.title(TITLE)
    visit.knock()
    sent = {"client_id": visit.portal.client_id, "scope": SCOPE}
    visit.telling.step(f"It asks {visit.portal.metadata().device_authorization_endpoint} for a code: {masked(sent)}")
    codes = _codes(visit)
    _show(visit, codes)
    visit.telling.step(f"It polls the token endpoint every {codes.interval} seconds: authorization_pending, so far.")
    tokens = _poll(visit, codes, wait)
    visit.got(tokens)
    visit.use(tokens)


def _codes(visit: Visit) -> DeviceCode:
    try:
        return visit.portal.device_code(SCOPE)
    except PortalUnavailable:
        raise Stopped(f"The portal at {visit.portal.issuer} does not answer. Nothing is lost; try again.") from None


def _show(visit: Visit, codes: DeviceCode) -> None:
    telling = visit.telling
    telling.came(f"200. {masked({'device_code': codes.device_code})}, and a short code for people.")
    telling.step("It shows the code, as a picture for a phone and as text.")
    picture = qr_code(codes.verification_uri_complete, getattr(telling.out, "encoding", None) or "utf-8")
    if picture:
        telling.picture(picture)
    telling.picture(f"\n     {shown(codes.verification_uri)}\n     {shown(codes.user_code)}\n")
    telling.came(f"Scan it, or open the address and type the code; it is good for {codes.expires_in} seconds.")


def _poll(visit: Visit, codes: DeviceCode, wait: Callable[[float], None]) -> Tokens:
    """Wait for the person. Never asks more often than it is told to, and never longer than the code lives."""
    pause, ends = codes.interval, visit.portal.clock.now() + codes.expires_in
    while visit.portal.clock.now() + pause < ends:
        wait(pause)
        try:
            return visit.portal.by_device_code(codes.device_code, visit.api.address)
        except TokenRefused as refused:
            pause = _pause_after(refused.code, pause)
            if refused.code == "slow_down":
                visit.telling.came(f"slow_down: from now on it waits {pause} seconds.")
        except PortalUnavailable:
            # RFC 8628, section 3.5: after a timeout, half as often.
            pause = min(pause * 2, LONGEST_PAUSE)
            visit.telling.came(f"The portal does not answer; the app tries again in {pause} seconds.")
    raise Stopped(_WORDS["expired_token"])


def _pause_after(code: str, pause: int) -> int:
    if code == "slow_down":
        return pause + SLOWER
    if code == "authorization_pending":
        return pause
    raise Stopped(_WORDS.get(code, f"The portal gave no token: {shown(code)}."))
