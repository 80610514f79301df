"""``/o/login/``: the one shared sign-in page. Its place is kept in ``next``, nowhere else."""

from __future__ import annotations

from typing import Any

from pyramid.i18n import TranslationStringFactory
from pyramid.request import Request
from pyramid.response import Response

from sso_portal.base.explain import shape_of
from sso_portal.base.forms import Form
from sso_portal.base.urls import local_path
from sso_portal.protocol.account_choice import named_account
from sso_portal.protocol.interaction import request_digest
from sso_portal.services.sign_in import NotSignedIn
from sso_portal.services.traces import Finding
from sso_portal.web.arrival import create_url, sign_in
from sso_portal.web.bridge import authorization_query, form_targets, login_url, requesting_client, see_other
from sso_portal.web.csrf import is_own_form
from sso_portal.web.hints import hints
from sso_portal.web.oauth.account_chooser import GONE, SOMEBODY_NEW, chooser_page, chosen, is_choice
from sso_portal.web.pages import page, say, shown_person, site_of
from sso_portal.web.texts import STALE, too_many_tries, wait_seconds

_ = TranslationStringFactory("sso_portal")

_PROMPTS = ("login", "select_account")
_MAXIMUM_SHOWN = 150


def show(request: Request) -> Response:
    """Ask who is there; someone who is signed in already goes straight on, unless she is to prove herself again."""
    target, prompt, account = _place(request.query_form)
    if request.accounts.current is not None and not prompt:
        return see_other(request, target)
    if is_choice(request, prompt, account):
        return chooser_page(request, target, prompt)
    return _page(request, target, prompt, account)


def submit(request: Request) -> Response:
    """Try to sign in; whatever goes wrong shows the same page with what was typed, never the password. Or somebody was
    chosen among those who are signed in."""
    form: Form = request.body_form
    place = _place(form if "next" in form.values else request.query_form)
    if "account" in form.values and "username" not in form.values:
        return _choose(request, *place)
    typed: dict[str, Any] = {
        "username": form.values.get("username", "")[:_MAXIMUM_SHOWN],
        "remember_me": "remember_me" in form.values,
    }
    password = form.values.get("password", "")
    if not is_own_form(request):
        return _page(request, *place, problem=("stale", STALE), **typed)
    if not typed["username"] or not password:
        return _page(request, *place, problem=("missing", _("Type your user name and your password.")), **typed)
    target, prompt, _account = place
    outcome = request.unit.sign_in.with_password(form.values["username"], password, request.address)
    if isinstance(outcome, NotSignedIn):
        _record(request, target, outcome, typed["username"])
        return _refused(request, place, outcome, typed)
    return sign_in(request, outcome.user, target, remember_me=bool(typed["remember_me"]), asked=bool(prompt))


def _choose(request: Request, target: str, prompt: str, sid: str) -> Response:
    own = is_own_form(request)
    response = chosen(request, target, sid) if own else None
    if response is not None:
        return response
    problem = GONE if own else STALE
    if is_choice(request, prompt, ""):
        return chooser_page(request, target, prompt, problem)
    return _page(request, target, prompt, problem=("stale", problem))


def _refused(request: Request, place: tuple[str, str, str], outcome: NotSignedIn, typed: dict[str, Any]) -> Response:
    if outcome.reason == "wrong":
        problem = ("wrong", _("The user name or password is not right."))
        return _page(request, *place, problem=problem, **typed)
    until = outcome.until or 0
    text = too_many_tries(request, until)
    response = _page(request, *place, problem=("locked", text), status=429, **typed)
    response.headers["Retry-After"] = str(wait_seconds(request, until))
    return response


def _record(request: Request, target: str, outcome: NotSignedIn, username: str) -> None:
    """Write the failure down, without what was typed: the name field holds a password now and then."""
    query, user = authorization_query(target), request.unit.users.by_username(username)
    client = requesting_client(request, query)
    check = outcome.reason if outcome.reason == "locked" else ("password_wrong" if user else "name_unknown")
    about = {
        "attempt": request_digest(query) if query is not None else None,
        "client_id": client.client_id if client is not None else None,
        "user_id": user.id if user is not None else None,
    }
    request.unit.traces.record(request.trace_id, "sign_in", Finding(check, {"typed": shape_of(username)}), **about)


def _place(form: Form) -> tuple[str, str, str]:
    """Where to go afterwards (a local path, ``/`` when it is not one), why the page is shown, and whom of several."""
    prompt, account = form.values.get("prompt", ""), form.values.get("account", "")
    return local_path(form.values.get("next")) or "/", prompt if prompt in _PROMPTS else "", account


def _hinted(request: Request, query: Form | None) -> str:
    """The name that the site expects, unless she is here already: then somebody else is going to sign in."""
    hint = hints(request, query).get("login_hint", "") if query is not None else ""
    return "" if named_account(request.accounts.living, hint) else hint


def _page(
    request: Request,
    target: str,
    prompt: str,
    account: str = "",
    *,
    problem: tuple[str, Any] | None = None,
    status: int = 200,
    username: str = "",
    remember_me: bool = False,
) -> Response:
    query = authorization_query(target)
    client = requesting_client(request, query)
    known = request.accounts.find(account) or (request.accounts.current if prompt == "login" else None)
    reauthenticate = prompt == "login" and known is not None and known.is_living
    if not username and problem is None:
        username = known.user.username if known is not None else _hinted(request, query)[:_MAXIMUM_SHOWN]
    # The page that shows this one again must not ask first who of several people is there.
    account = known.session.sid if known is not None else SOMEBODY_NEW if request.accounts.living else ""
    return page(
        request,
        "login",
        status=status,
        here=login_url(target, prompt, account),
        form_targets=form_targets(client),
        next=target,
        prompt=prompt,
        account=account,
        site=site_of(request, client),
        username=username,
        remember_me=remember_me,
        problem={"kind": problem[0], "text": say(request, problem[1])} if problem else None,
        reauthenticate=reauthenticate,
        person=shown_person(known.user) if reauthenticate and known is not None else None,
        switch_url=login_url(target, "select_account"),
        create_url=create_url(request, target),
    )
