"""``/o/login/``: the one shared sign-in page. Its place is kept in ``next``, nowhere else."""

from __future__ import annotations

from typing import Any

from pyramid.i18n import TranslationStringFactory
from pyramid.request import Request
from pyramid.response import Response

from sso_portal.base.explain import shape_of
from sso_portal.base.forms import Form
from sso_portal.base.urls import local_path, quote_next
from sso_portal.protocol.interaction import request_digest
from sso_portal.protocol.vocabulary import LOGIN_PATH
from sso_portal.services.sign_in import NotSignedIn
from sso_portal.services.traces import Finding
from sso_portal.web.arrival import create_url, sign_in
from sso_portal.web.bridge import authorization_query, form_targets, requesting_client, see_other
from sso_portal.web.csrf import is_own_form
from sso_portal.web.hints import hints
from sso_portal.web.pages import page, person_of, say, site_of
from sso_portal.web.texts import STALE, too_many_tries, wait_seconds

_ = TranslationStringFactory("sso_portal")

_PROMPTS = ("login", "select_account")
_MAXIMUM_SHOWN = 150


def show(request: Request) -> Response:
    """Ask who is there; someone who is signed in already goes straight on, unless she is to prove herself again."""
    target, prompt = _place(request.query_form)
    if request.signed_in is not None and not prompt:
        return see_other(request, target)
    return _page(request, target, prompt)


def submit(request: Request) -> Response:
    """Try to sign in; whatever goes wrong shows the same page with what was typed, never the password."""
    form: Form = request.body_form
    target, prompt = _place(form if "next" in form.values else request.query_form)
    typed: dict[str, Any] = {
        "username": form.values.get("username", "")[:_MAXIMUM_SHOWN],
        "remember_me": "remember_me" in form.values,
    }
    password = form.values.get("password", "")
    if not is_own_form(request):
        return _page(request, target, prompt, problem=("stale", STALE), **typed)
    if not typed["username"] or not password:
        return _page(request, target, prompt, problem=("missing", _("Type your user name and your password.")), **typed)
    outcome = request.unit.sign_in.with_password(form.values["username"], password, request.address)
    if isinstance(outcome, NotSignedIn):
        _record(request, target, outcome, typed["username"])
        return _refused(request, target, prompt, outcome, typed)
    return sign_in(request, outcome.user, target, remember_me=bool(typed["remember_me"]), asked=bool(prompt))


def _refused(request: Request, target: str, prompt: str, outcome: NotSignedIn, typed: dict[str, Any]) -> Response:
    if outcome.reason == "wrong":
        problem = ("wrong", _("The user name or password is not right."))
        return _page(request, target, prompt, problem=problem, **typed)
    until = outcome.until or 0
    text = too_many_tries(request, until)
    response = _page(request, target, prompt, problem=("locked", text), status=429, **typed)
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


def _place(form: Form) -> tuple[str, str]:
    """Where to go afterwards (a local path, ``/`` when it is not one) and why the page is shown."""
    prompt = form.values.get("prompt", "")
    return local_path(form.values.get("next")) or "/", prompt if prompt in _PROMPTS else ""


def _page(
    request: Request,
    target: str,
    prompt: str,
    *,
    problem: tuple[str, Any] | None = None,
    status: int = 200,
    username: str = "",
    remember_me: bool = False,
) -> Response:
    query = authorization_query(target)
    client = requesting_client(request, query)
    reauthenticate = prompt == "login" and request.signed_in is not None
    if not username and problem is None:
        hint = hints(request, query).get("login_hint", "") if query is not None else ""
        username = request.signed_in[1].username if reauthenticate else hint[:_MAXIMUM_SHOWN]
    return page(
        request,
        "login",
        status=status,
        here=f"{LOGIN_PATH}?{f'prompt={prompt}&' if prompt else ''}next={quote_next(target)}",
        form_targets=form_targets(client),
        next=target,
        prompt=prompt,
        site=site_of(request, client),
        username=username,
        remember_me=remember_me,
        problem={"kind": problem[0], "text": say(request, problem[1])} if problem else None,
        reauthenticate=reauthenticate,
        person=person_of(request) if reauthenticate else None,
        switch_url=f"{LOGIN_PATH}?prompt=select_account&next={quote_next(target)}",
        create_url=create_url(request, target),
    )
