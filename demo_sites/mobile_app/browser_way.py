"""The way for apps today: the system's browser, a code, PKCE and a loopback redirect (RFC 8252, RFC 7636).

The app never sees a password; whatever the portal asks for (a second factor, a passkey) works, and who is signed in at
one site of the company is let in at once.
"""

from __future__ import annotations

from collections.abc import Callable

from demo_sites.mobile_app.loopback import Loopback
from demo_sites.mobile_app.telling import Stopped, masked, shown
from demo_sites.mobile_app.visit import SCOPE, Visit
from sso_client.answer import Answer
from sso_client.hashing import new_secret

TITLE = "The browser way: the person signs in at the portal, in the browser; the app gets a code."

_WORDS = {
    "access_denied": "You chose not to share. The app got nothing.",
    "wrong_issuer": "The answer came from another portal than the one that was asked; its code was not used.",
}


def sign_in_by_browser(visit: Visit, open_page: Callable[[str], bool] | None, seconds: float) -> None:
    """The whole visit. ``open_page`` shows an address in the browser and says whether it could; without it the address
    is printed. ``seconds``: how long the answer is waited for. Raises Stopped."""
    visit.telling.title(TITLE)
    visit.knock()
    state, verifier = new_secret(), new_secret()
    with Loopback(state, visit.portal.issuer) as loopback:
        redirect_uri = loopback.redirect_uri
        visit.telling.step(f"It listens at {redirect_uri}, a free port that only this machine reaches.")
        _send_browser(visit, visit.portal.address(redirect_uri, SCOPE, visit.api.address, state, verifier), open_page)
        answer = loopback.wait(seconds)
    code = _code_in(answer, seconds)
    visit.telling.came(f"The browser came back with state and iss as they should be, and {masked({'code': code})}.")
    sent = {"grant_type": "authorization_code", "code": code, "code_verifier": verifier}
    visit.telling.step(f"It exchanges the code, and proves by the verifier that it had asked: {masked(sent)}")
    tokens = visit.ask(lambda: visit.portal.by_code(code, redirect_uri, verifier))
    visit.got(tokens)
    visit.use(tokens)
    visit.telling.came("In the browser the person stays signed in at the portal: the next app asks for no password.")


def _send_browser(visit: Visit, address: str, open_page: Callable[[str], bool] | None) -> None:
    asked = {"response_type": "code", "scope": SCOPE, "resource": visit.api.address, "code_challenge_method": "S256"}
    where = visit.portal.metadata().authorization_endpoint
    visit.telling.step(f"It sends the browser to {where}: {masked(asked)}, and a state and a challenge of its own.")
    if open_page is None or not open_page(address):
        visit.telling.picture(f"\n{address}\n")
        visit.telling.came("Open this address in a browser of this machine.")


def _code_in(answer: Answer | None, seconds: float) -> str:
    if answer is None:
        raise Stopped(f"No answer came within {seconds:g} seconds. Start again when you are ready.")
    if answer.error:
        raise Stopped(_WORDS.get(answer.error, f"The portal answered {shown(answer.error)}."))
    return answer.code
