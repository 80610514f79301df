"""``/o/authorize/``: the endpoint, and the consent page that belongs to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyramid.i18n import TranslationStringFactory
from pyramid.request import Request
from pyramid.response import Response

from sso_portal.base.forms import Form, reencoded
from sso_portal.base.urls import quote_next
from sso_portal.protocol.authorization import Answer, Authorization, Interact, SendBack, Unanswerable
from sso_portal.protocol.interaction import Step
from sso_portal.protocol.vocabulary import AUTHORIZE_PATH, INTERACTION, LOGIN_PATH
from sso_portal.services.scopes import is_declinable
from sso_portal.web.bridge import form_targets, person_call, see_other
from sso_portal.web.csrf import csrf_token, is_own_form
from sso_portal.web.errors import error_page
from sso_portal.web.pages import page, say, site_of
from sso_portal.web.texts import STALE, consequence, sentence

_ = TranslationStringFactory("sso_portal")

_PROMPTS = {Step.LOGIN: "", Step.REAUTHENTICATE: "login", Step.SELECT_ACCOUNT: "select_account"}


def begin(request: Request) -> Response:
    """A person arrives with a request, or returns from a step."""
    query = request.query_form
    return _respond(request, query, request.portal.authorization.begin(query, person_call(request)))


def answer(request: Request) -> Response:
    """The consent page comes back; or a site sent its request by POST, which goes on as GET.

    A request posted from another site arrives without our cookies (SameSite), so it has to come again.
    """
    form: Form = request.body_form
    if "decision" not in form.values:
        both = "&".join(part for part in (request.environ.get("QUERY_STRING", ""), reencoded(request.body)) if part)
        return see_other(request, f"{AUTHORIZE_PATH}?{reencoded(both)}")
    query, endpoint = request.query_form, request.portal.authorization
    call = person_call(request)
    # Bound to the session: had someone else signed in meanwhile, she would have to see the page herself first.
    if call.session is None or not is_own_form(request, call.session.sid):
        return _respond(request, query, endpoint.begin(query, call), problem=STALE)
    if form.values["decision"] != "allow":
        return _respond(request, query, endpoint.decide(query, call, allowed=False, ticked=()))
    return _respond(request, query, endpoint.decide(query, call, allowed=True, ticked=form.all("scope")))


def _respond(request: Request, query: Form, outcome: Answer, problem: Any = None) -> Response:
    if isinstance(outcome, SendBack):
        return see_other(request, outcome.location)
    if isinstance(outcome, Unanswerable):
        return _UNANSWERABLE[outcome.problem](request, outcome)
    if outcome.step is Step.CONSENT:
        return _consent_page(request, query, outcome, problem)
    prompt = _PROMPTS[outcome.step]
    target = f"{request.path}?{query.encoded(INTERACTION)}"
    return see_other(request, f"{LOGIN_PATH}?{f'prompt={prompt}&' if prompt else ''}next={quote_next(target)}")


def _consent_page(request: Request, query: Form, outcome: Interact, problem: Any) -> Response:
    authorization = outcome.authorization
    site = {**(site_of(request, authorization.client) or {}), "host": _host(authorization)}
    target = f"{AUTHORIZE_PATH}?{query.encoded(INTERACTION)}"
    return page(
        request,
        "consent",
        form_targets=form_targets(authorization.client, authorization.redirect_uri),
        site=site,
        scopes=[_scope(request, name, site["name"]) for name in authorization.scopes],
        action=request.path_qs,
        csrf_token=csrf_token(request, request.signed_in[0].sid),
        switch_url=f"{LOGIN_PATH}?prompt=select_account&next={quote_next(target)}",
        remembered=authorization.client.consent == "once",
        problem={"kind": "stale", "text": say(request, problem)} if problem else None,
    )


def _host(authorization: Authorization) -> str:
    return authorization.redirect_origin.partition("://")[2] or authorization.redirect_uri.partition(":")[0]


def _scope(request: Request, name: str, site: str) -> dict[str, Any]:
    return {
        "name": name,
        "sentence": sentence(request, name),
        "consequence": consequence(request, name, site),
        "declinable": is_declinable(name),
        "ticked": False,
    }


def _client_page(request: Request, outcome: Unanswerable) -> Response:
    return error_page(
        request,
        400,
        title=_("The site is not known here"),
        what=_("The site that sent you is not registered with this portal, so you cannot be signed in to it."),
        advice=_("Go back and try once more. If it happens again, tell the people who run that site."),
        details=[(_("client_id that was sent"), outcome.sent or "–")],
    )


def _redirect_page(request: Request, outcome: Unanswerable) -> Response:
    site = site_of(request, outcome.client)
    name = site["name"] if site else ""
    missing = outcome.problem == "redirect_missing"
    what = (
        _("${site} did not say where to send you after signing in.")
        if missing
        else _("${site} asked to send you to an address that it has not registered. You were not sent there.")
    )
    details = [(_("client_id"), outcome.client.client_id if outcome.client else "–")]
    if not missing:
        details.append((_("redirect_uri that was sent (not registered)"), outcome.sent or "–"))
    return error_page(
        request,
        400,
        title=_("The way back is not known"),
        what=say(request, what, site=name),
        advice=_("Start again from the site. If it happens again, tell the people who run it."),
        details=details,
        site=site,
    )


def _malformed_page(request: Request, outcome: Unanswerable) -> Response:
    return error_page(
        request,
        400,
        title=_("That did not arrive whole"),
        what=_("The site sent a request that cannot be read."),
        advice=_("Start again from the site. If it happens again, tell the people who run it."),
        details=[(_("Parameter that was sent twice or is not UTF-8"), outcome.sent or "–")],
    )


_UNANSWERABLE: dict[str, Callable[[Request, Unanswerable], Response]] = {
    "client_missing": _client_page,
    "client_unknown": _client_page,
    "redirect_missing": _redirect_page,
    "redirect_unregistered": _redirect_page,
    "malformed": _malformed_page,
}
