"""``/o/authorize/``: the endpoint, and the consent page that belongs to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyramid.i18n import TranslationStringFactory
from pyramid.request import Request
from pyramid.response import Response

from sso_portal.base.forms import Form, reencoded
from sso_portal.base.urls import quote_next
from sso_portal.protocol.account_choice import choose_account
from sso_portal.protocol.authorization import Arrival, is_other
from sso_portal.protocol.authorization_answers import Answer, Authorization, Interact, SendBack, Unanswerable
from sso_portal.protocol.call import Call
from sso_portal.protocol.consent_question import Reply
from sso_portal.protocol.interaction import Step, request_digest
from sso_portal.protocol.vocabulary import AUTHORIZE_PATH, CREATE_PATH
from sso_portal.web.bridge import form_targets, login_url, machine_call, person_call, requesting_client, see_other
from sso_portal.web.browser_states import mend_browser_states
from sso_portal.web.csrf import csrf_token, is_own_form
from sso_portal.web.errors import error_page
from sso_portal.web.loops import BOUNCES, SECONDS, count_bounce, is_loop, loop_page
from sso_portal.web.oauth.account_chooser import SOMEBODY_NEW
from sso_portal.web.oauth.keeping import choices, kept_as
from sso_portal.web.oauth.send_back import send_back
from sso_portal.web.pages import page, say, site_of
from sso_portal.web.texts import STALE, scope_choice, told_detail
from sso_portal.web.traces import record_refusal

_ = TranslationStringFactory("sso_portal")

_PROMPTS = {Step.LOGIN: "", Step.REAUTHENTICATE: "login", Step.SELECT_ACCOUNT: "select_account"}


def begin(request: Request) -> Response:
    """A person arrives with a request, or returns from a step."""
    endpoint = request.portal.authorization
    arrival = endpoint.read(request.query_form, machine_call(request))
    call = _call(request, arrival)
    client = requesting_client(request, arrival.query)
    if client is not None and is_loop(request, client.client_id):
        call.client = client
        call.find("loop", bounces=BOUNCES, seconds=SECONDS)
        record_refusal(request, "authorize", "loop", call, attempt=request_digest(arrival.query))
        return loop_page(request, client, f"{AUTHORIZE_PATH}?{endpoint.continuation(arrival, call)}")
    return _respond(request, arrival, call, endpoint.begin(arrival, call))


def answer(request: Request) -> Response:
    """The consent page comes back; or a site sent its request by POST, which goes on as GET.

    A request posted from another site arrives without our cookies (SameSite), so it has to come again.
    """
    form: Form = request.body_form
    if "decision" not in form.values:
        both = "&".join(part for part in (request.environ.get("QUERY_STRING", ""), reencoded(request.body)) if part)
        return see_other(request, f"{AUTHORIZE_PATH}?{reencoded(both)}")
    endpoint = request.portal.authorization
    arrival = endpoint.read(request.query_form, machine_call(request))
    call = _call(request, arrival)
    # Bound to the session, had someone else signed in meanwhile she would have to see the page herself first; and to
    # what is asked, which a request object that is fetched again may have changed.
    bound_to = _bound_to(call.session.sid, arrival.effective) if call.session is not None else ""
    if call.session is None or not is_own_form(request, bound_to):
        return _respond(request, arrival, call, endpoint.begin(arrival, call), problem=STALE)
    if form.values["decision"] != "allow":
        return _respond(request, arrival, call, endpoint.decide(arrival, call, None))
    reply = Reply(tuple(form.all("scope")), kept_as(form))
    return _respond(request, arrival, call, endpoint.decide(arrival, call, reply))


def _call(request: Request, arrival: Arrival) -> Call:
    """The call of the one who answers this request, among the people who are signed in in this browser."""
    accounts, current = request.accounts.living, request.accounts.current
    if accounts and accounts != [current]:
        call = request.unit.call()
        chosen = request.portal.markers.sid(arrival.query, call.clock.now())
        account = choose_account(arrival.effective, accounts, current, call, chosen=chosen)
        # What pages show from here on is hers.
        request.signed_in = (request.unit.sessions.see(account.session), account.user) if account else None
    return person_call(request)


def _bound_to(sid: str, effective: Form) -> str:
    return f"{sid} {request_digest(effective)}"


def _respond(request: Request, arrival: Arrival, call: Call, outcome: Answer, problem: Any = None) -> Response:
    if isinstance(outcome, SendBack):
        if outcome.error is not None:
            record_refusal(request, "authorize", outcome.error, call, attempt=request_digest(arrival.query))
        response = send_back(request, outcome)
        if "session_state" in outcome.parameters or call.session is None:
            mend_browser_states(request, response)
        if outcome.client is not None:
            count_bounce(request, response, outcome.client.client_id)
        return response
    if isinstance(outcome, Unanswerable):
        record_refusal(request, "authorize", outcome.problem, call, attempt=request_digest(arrival.query))
        return _UNANSWERABLE[outcome.problem](request, outcome)
    continuation = f"{AUTHORIZE_PATH}?{request.portal.authorization.continuation(arrival, call)}"
    if outcome.step is Step.CONSENT and request.portal.authorization.is_to_come_again(arrival):
        # The page may stay open, be read in another language or be loaded again after the request's own time.
        return see_other(request, continuation)
    if outcome.step is Step.CONSENT:
        return _consent_page(request, outcome, continuation, problem)
    if outcome.step is Step.CREATE:
        return see_other(request, f"{CREATE_PATH}?next={quote_next(continuation)}")
    target = f"{request.path}{continuation.removeprefix(AUTHORIZE_PATH)}"
    return see_other(request, login_url(target, _PROMPTS[outcome.step], _whom(request, outcome, call)))


def _whom(request: Request, outcome: Interact, call: Call) -> str:
    """Who is to prove herself, if it is not the current one; somebody new where the site means nobody who is here."""
    if outcome.step is Step.SELECT_ACCOUNT and is_other(outcome.authorization, call):
        return SOMEBODY_NEW
    sid = call.session.sid if outcome.step is Step.REAUTHENTICATE and call.session is not None else ""
    current = request.accounts.current
    return "" if current is not None and current.session.sid == sid else sid


def _consent_page(request: Request, outcome: Interact, continuation: str, problem: Any) -> Response:
    authorization = outcome.authorization
    site = {**(site_of(request, authorization.client) or {}), "host": _host(authorization)}
    sid = request.signed_in[0].sid
    client = authorization.client
    return page(
        request,
        "consent",
        form_targets=form_targets(client, authorization.redirect_uri),
        site=site,
        scopes=[scope_choice(request, name, site["name"]) for name in outcome.asked],
        details=[told_detail(request, entry) for entry in authorization.details],
        action=request.path_qs,
        csrf_token=csrf_token(request, _bound_to(sid, authorization.effective)),
        switch_url=login_url(continuation, "select_account"),
        remembered=_is_remembered(request, authorization),
        keeping=choices(request) if outcome.is_kept else (),
        # What is done in the meantime is not undone by signing out.
        ends_with_session="offline_access" not in authorization.to_agree and not authorization.details,
        problem={"kind": "stale", "text": say(request, problem)} if problem else None,
    )


def _is_remembered(request: Request, authorization: Authorization) -> bool:
    """Whether she will not be asked for the same again."""
    types, details, policy = request.portal.detail_types, authorization.details, authorization.client.consent
    return all(types.of(entry).remember for entry in details) and (
        policy == "once" or (policy == "silent" and details != ())
    )


def _host(authorization: Authorization) -> str:
    return authorization.redirect_origin.partition("://")[2] or authorization.redirect_uri.partition(":")[0]


def _client_page(request: Request, outcome: Unanswerable) -> Response:
    return error_page(
        request,
        400,
        title=_("The site is not known here"),
        what=_("The site that sent you is not registered with this portal, so you cannot be signed in to it."),
        advice=_("Go back and try once more. If it happens again, tell the people who run that site."),
        details=[(_("client_id that was sent"), outcome.sent or "–")],
    )


def _over_page(request: Request, outcome: Unanswerable) -> Response:
    site = site_of(request, outcome.client)
    return error_page(
        request,
        400,
        title=_("This sign-in is over"),
        what=say(
            request,
            _("What ${site} asked for has been answered already, or it was left for too long."),
            site=site["name"] if site else "",
        ),
        advice=_("Nothing is lost: go back to the site and start again there."),
        site=site,
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
    "request_over": _over_page,
}
