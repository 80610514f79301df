"""``/account/create``: a newcomer creates her account on her way to a site. Its place is kept in ``next``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyramid.i18n import TranslationStringFactory
from pyramid.request import Request
from pyramid.response import Response

from sso_portal.base.forms import Form
from sso_portal.base.urls import local_path, quote_next
from sso_portal.protocol.vocabulary import AUTHORIZE_PATH, CREATE_PATH, CREATE_PROMPT, LOGIN_PATH
from sso_portal.services.sign_up import Created, Newcomer, NotCreated, Problem
from sso_portal.web.arrival import create_url, sign_in
from sso_portal.web.bridge import authorization_query, form_targets, requesting_client
from sso_portal.web.csrf import is_own_form
from sso_portal.web.errors import refuse
from sso_portal.web.pages import page, say, site_of
from sso_portal.web.texts import STALE, too_many_tries, wait_seconds

_ = TranslationStringFactory("sso_portal")

_LONGEST_SHOWN = {"username": 150, "name": 200, "email": 254}
"""The fields whose text is shown again, and how much of it; never the password."""

_PROBLEMS: dict[tuple[str, Problem], Any] = {
    ("username", "missing"): _("Choose a user name."),
    ("username", "malformed"): _("Letters, digits, dots, hyphens and underscores only, without spaces."),
    ("username", "taken"): _("This user name is taken. Choose another one."),
    ("name", "missing"): _("Type your name."),
    ("name", "malformed"): _("This name is too long or has characters that cannot be shown."),
    ("email", "missing"): _("Type your e-mail address."),
    ("email", "malformed"): _("This is not an e-mail address. One looks like lin@example.com."),
    ("password", "missing"): _("Choose a password."),
    ("password", "malformed"): _("A password has 8 to 1024 characters."),
}


def show(request: Request) -> Response:
    """Ask who the newcomer is; somebody who is signed in is told so."""
    if not request.portal.settings.sign_up.enabled:
        return refuse(request, 404)
    return _page(request, _target(request.query_form))


def submit(request: Request) -> Response:
    """Create the account and go on; whatever goes wrong shows the same page with what was typed."""
    if not request.portal.settings.sign_up.enabled:
        return refuse(request, 404)
    form: Form = request.body_form
    target = _target(form if "next" in form.values else request.query_form)
    newcomer = Newcomer(*(form.values.get(name, "") for name in ("username", "name", "email", "password")))
    if not is_own_form(request):
        return _page(request, target, newcomer, problem=("stale", say(request, STALE)))
    outcome = request.unit.sign_up.create(newcomer, request.address)
    if isinstance(outcome, Created):
        return sign_in(request, outcome.user, target, asked=True)
    return _refused(request, target, newcomer, outcome)


def _refused(request: Request, target: str, newcomer: Newcomer, outcome: NotCreated) -> Response:
    if outcome.until is None:
        return _page(request, target, newcomer, problems=outcome.problems)
    problem = ("locked", too_many_tries(request, outcome.until))
    response = _page(request, target, newcomer, problem=problem, status=429)
    response.headers["Retry-After"] = str(wait_seconds(request, outcome.until))
    return response


def _target(form: Form) -> str:
    """Where to go afterwards: a local path, ``/`` when it is not one."""
    return local_path(form.values.get("next")) or "/"


def _without_create(target: str) -> str:
    """The same way, less the site's wish for a new account: somebody who has one already may use it."""
    query = authorization_query(target)
    prompts = query.values.get("prompt", "").split() if query is not None else []
    if query is None or CREATE_PROMPT not in prompts:
        return target
    others = [prompt for prompt in prompts if prompt != CREATE_PROMPT]
    values = {**query.values, "prompt": " ".join(others)}
    return f"{AUTHORIZE_PATH}?{Form({name: value for name, value in values.items() if value}).encoded()}"


def _page(
    request: Request,
    target: str,
    newcomer: Newcomer | None = None,
    *,
    problem: tuple[str, str] | None = None,
    problems: Mapping[str, Problem] | None = None,
    status: int = 200,
) -> Response:
    client = requesting_client(request, authorization_query(target))
    newcomer, wrong = newcomer or Newcomer(), dict(problems or {})
    typed = {name: getattr(newcomer, name)[:longest] for name, longest in _LONGEST_SHOWN.items()}
    empty = next((name for name in ("username", "name", "email") if not typed[name]), "password")
    return page(
        request,
        "create",
        status=status,
        here=create_url(request, target),
        form_targets=form_targets(client),
        create_path=CREATE_PATH,
        next=target,
        site=site_of(request, client),
        typed=typed,
        problem={"kind": problem[0], "text": problem[1]} if problem else None,
        # What is malformed is told by the rule itself, which then does not stand there twice.
        wrong={
            name: {"text": say(request, _PROBLEMS[name, why]), "is_rule": why == "malformed"}
            for name, why in wrong.items()
        },
        first=next(iter(wrong), empty),
        continue_url=_without_create(target),
        sign_in_url=f"{LOGIN_PATH}?next={quote_next(target)}",
    )
