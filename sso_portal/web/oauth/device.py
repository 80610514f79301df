"""``/o/device/``: where a person types the code that her device shows, and answers it (RFC 8628, section 3.3)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from pyramid.i18n import TranslationStringFactory
from pyramid.request import Request
from pyramid.response import Response

from sso_portal.base.forms import Form
from sso_portal.base.user_codes import read_user_code, show_user_code
from sso_portal.protocol.device_verification import Answered, Asking, decide, look_up
from sso_portal.protocol.vocabulary import DEVICE_PATH
from sso_portal.services.device_codes import Slowed
from sso_portal.web.bridge import login_url, person_call, see_other
from sso_portal.web.csrf import csrf_token, is_own_form
from sso_portal.web.pages import page, say, site_of
from sso_portal.web.texts import STALE, scope_choice, too_many_tries, wait_seconds

_ = TranslationStringFactory("sso_portal")

_MAXIMUM_SHOWN = 40
_MALFORMED = _("A code has eight letters, such as WDJB-MJHT.")
_UNKNOWN = _("No device is waiting with this code. Compare it with the one on your device; it may have expired.")


def show(request: Request) -> Response:
    """Ask for the code; with one in the address, as a QR code has it, go on to the question."""
    typed = request.query_form.values.get("user_code", "")
    user_code = read_user_code(typed)
    if user_code is None:
        return _entry(request, typed, problem=("wrong", _MALFORMED) if typed else None)
    return _question(request, user_code)


def answer(request: Request) -> Response:
    """The code is typed, or the question answered. Both lead to a page that may be loaded again."""
    form: Form = request.body_form
    typed = form.values.get("user_code", "")
    user_code = read_user_code(typed)
    if user_code is None:
        return _entry(request, typed, problem=("wrong", _MALFORMED))
    if "decision" in form.values:
        return _decide(request, user_code, form)
    if not is_own_form(request):
        return _entry(request, typed, problem=("stale", STALE))
    return see_other(request, _place(user_code))


def _question(request: Request, user_code: str, *, problem: Any = None) -> Response:
    if request.signed_in is None:
        return _to_sign_in(request, user_code)
    found = look_up(person_call(request), request.signed_in[0], user_code)
    if isinstance(found, Asking) and found.proof_needed:
        return _to_sign_in(request, user_code, prompt="login")
    if isinstance(found, Asking):
        return _asking_page(request, user_code, found, problem)
    return _other_page(request, user_code, found)


def _decide(request: Request, user_code: str, form: Form) -> Response:
    if request.signed_in is None:
        return _to_sign_in(request, user_code)
    session = request.signed_in[0]
    # Bound to session and code: only who has seen this very question can have answered it.
    if not is_own_form(request, _bound(request, user_code)):
        return _question(request, user_code, problem=STALE)
    found = look_up(person_call(request), session, user_code)
    if isinstance(found, Asking) and not found.proof_needed:
        allowed = form.values["decision"] == "allow"
        decide(person_call(request), session, found, allowed=allowed, ticked=form.all("scope"))
    elif not isinstance(found, Asking | Answered):
        return _other_page(request, user_code, found)
    # What is shown there is what was written down, whichever tab was first.
    return see_other(request, _place(user_code))


def _to_sign_in(request: Request, user_code: str, prompt: str = "") -> Response:
    return see_other(request, login_url(_place(user_code), prompt))


def _place(user_code: str) -> str:
    return f"{DEVICE_PATH}?{urlencode({'user_code': show_user_code(user_code)})}"


def _bound(request: Request, user_code: str) -> str:
    return f"{request.signed_in[0].sid} {user_code}"


def _entry(request: Request, typed: str, *, problem: tuple[str, Any] | None = None, status: int = 200) -> Response:
    typed = typed[:_MAXIMUM_SHOWN]
    return page(
        request,
        "device",
        status=status,
        here=f"{DEVICE_PATH}?{urlencode({'user_code': typed})}" if typed else DEVICE_PATH,
        action=DEVICE_PATH,
        user_code=typed,
        maximum=_MAXIMUM_SHOWN,
        problem={"kind": problem[0], "text": say(request, problem[1])} if problem else None,
    )


def _asking_page(request: Request, user_code: str, asking: Asking, problem: Any) -> Response:
    site = site_of(request, asking.client) or {}
    return page(
        request,
        "device_consent",
        here=_place(user_code),
        action=DEVICE_PATH,
        csrf_token=csrf_token(request, _bound(request, user_code)),
        site=site,
        user_code=show_user_code(user_code),
        scopes=[scope_choice(request, name, site["name"]) for name in asking.scopes],
        ends_with_session="offline_access" not in asking.scopes,
        switch_url=login_url(_place(user_code), "select_account"),
        problem={"kind": "stale", "text": say(request, problem)} if problem else None,
    )


def _other_page(request: Request, user_code: str, found: Answered | Slowed | None) -> Response:
    if isinstance(found, Answered):
        site = site_of(request, found.client)
        return page(request, "device_done", here=_place(user_code), site=site, allowed=found.allowed)
    typed = show_user_code(user_code)
    if found is None:
        return _entry(request, typed, problem=("wrong", _UNKNOWN))
    response = _entry(request, typed, problem=("locked", too_many_tries(request, found.until)), status=429)
    response.headers["Retry-After"] = str(wait_seconds(request, found.until))
    return response
