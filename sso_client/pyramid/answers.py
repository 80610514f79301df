"""What the kit's views answer with: pages, redirects, cookies."""

# mypy: disable-error-code="import-untyped"

from __future__ import annotations

import logging
from typing import Any

from pyramid.response import Response

from sso_client.cookies import cookie_attributes
from sso_client.errors import AnswerMalformed, PortalUnavailable, SignInFailed
from sso_client.language import preferred_language
from sso_client.pages import Action, page
from sso_client.urls import origin

log = logging.getLogger("sso_client")


def failed(request: Any, problem: SignInFailed) -> Any:
    """Answer a sign-in that did not succeed: back home when the person declined, else a page that says why."""
    if problem.kind == "declined":
        return redirect(request.sso.path("/?sign_in=declined"))
    log.warning("sign-in failed: %s", problem)
    if isinstance(problem, AnswerMalformed):
        return kit_page(request, problem.kind, home(request), details=str(problem))
    again = Action("again", request.sso.sign_in_url(problem.next_path))
    if problem.kind == "demand":  # only the page itself knows what it demands
        again = Action("retry", problem.next_path)
    return kit_page(request, problem.kind, again, home(request), details=str(problem))


def unavailable(request: Any, problem: PortalUnavailable) -> Any:
    """Answer that the portal is away: a page with a retry."""
    log.warning("portal unavailable: %s", problem)
    retry = Action("retry", request.sso.sign_in_url(problem.next_path))
    return kit_page(request, "unavailable", retry, home(request), details=str(problem))


def home(request: Any) -> Action:
    """The way to the site's start page."""
    return Action("home", request.sso.path("/"))


def language_of(request: Any) -> str:
    """The language of the request: "en" or "zh"."""
    choose = request.registry.get("sso_client.language")
    language = choose(request) if choose else preferred_language(request.headers.get("Accept-Language", ""))
    return "zh" if str(language).startswith("zh") else "en"


def kit_page(request: Any, kind: str, *actions: Action, details: str = "", note: str = "", content: str = "") -> Any:
    """A page of the kit, in the language of the request."""
    answer = page(
        kind,
        language_of(request),
        list(actions),
        stylesheet=request.route_path("sso.style"),
        issuer_origin=origin(request.sso.kit.settings.issuer),
        details=details,
        note=note,
        content=content,
    )
    response = Response(answer.html, status=answer.status, content_type="text/html", charset="utf-8")
    response.headers.update(answer.headers)
    return response


def redirect(location: str) -> Any:
    """Send the browser on."""
    # 303: whatever the method was, the next request is a GET (RFC 9110 section 15.4.4).
    headers = {"Location": location, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return Response(status=303, headers=headers)


def set_cookie(request: Any, response: Any, name: str, value: str, max_age: int | None = None) -> None:
    """Set one of the site's cookies; without `max_age` (seconds) the browser forgets it when it closes."""
    response.set_cookie(name, value, max_age=max_age, **cookie_attributes(secure=request.sso.secure))


def forget(request: Any, response: Any, name: str) -> None:
    """Make the browser forget one of the site's cookies."""
    # Deleting a __Host- cookie needs the same attributes as setting it.
    set_cookie(request, response, name, "", 0)
