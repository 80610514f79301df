"""Forms that came without a session: put aside on the way to the portal, shown after it, sent once."""

# mypy: disable-error-code="import-untyped"

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from sso_client.departure import Wish
from sso_client.pages import Action
from sso_client.parked_form import ParkedForm
from sso_client.parked_forms import LIFETIME_SECONDS, Kept, ParkedForms, State
from sso_client.parked_page import parked_content
from sso_client.posted_form import (
    CSRF_FIELD,
    LARGEST_BYTES,
    MULTIPART,
    URLENCODED,
    Field,
    comes_from,
    keepable,
    read_fields,
    take_ticket,
)
from sso_client.pyramid.answers import (
    forget,
    home,
    kit_page,
    language_of,
    redirect,
    set_cookie,
)
from sso_client.pyramid.departures import depart
from sso_client.urls import PARKED_PATH, local_path, origin

LARGEST_SENT = 4 * LARGEST_BYTES
"""A kept form is sent with every byte escaped, whatever it was before."""

_KINDS = {State.SENT: "parked_sent", State.GONE: "parked_gone", State.FOREIGN: "parked_foreign"}


def parked(request: Any) -> Any:
    """GET /sso/parked/{id}: show a kept form to the person who typed it."""
    sso, form_id = request.sso, request.matchdict["id"]
    state, form = _forms(request).look(form_id, sso.cookies, sso.session.identity.subject)
    if form is None or state is not State.KEPT:
        return _not_kept(request, state, form)
    content = parked_content(form, form_id, request.path, sso.csrf_token, language_of(request))
    return kit_page(request, "parked", content=content)


def discard(request: Any) -> Any:
    """POST /sso/parked/{id}: throw a kept form away and go back to the page it stood on."""
    sso, form_id = request.sso, request.matchdict["id"]
    state, form = _forms(request).look(form_id, sso.cookies, sso.session.identity.subject)
    if form is None or state is not State.KEPT:
        return _not_kept(request, state, form)
    if not sso.csrf_token_is_right():
        return kit_page(request, "stale", Action("retry", request.path), home(request))
    _forms(request).discard(form_id)
    response = redirect(local_path(form.page, sso.path("/")))
    forget(request, response, sso.names.form_prefix + form_id)
    return response


def take_ticket_off(request: Any) -> str:
    """Return the id of the kept form that this request sends, "" when none; the view will not see it."""
    if request.method != "POST" or _kind(request) != URLENCODED:
        return ""
    body = _body(request, LARGEST_SENT)
    ticket, rest = take_ticket(body or b"")
    if ticket:
        request.body = rest
    return ticket


def send_once(request: Any, run: Callable[[], Any]) -> Any:
    """Run the view; when the request sends a kept form, only the first time. What the site refuses stays kept."""
    sso, ticket = request.sso, request.sso.ticket
    if not ticket:
        return run()
    if _has_stale_token(request):  # she has signed in once more meanwhile, in another tab
        return redirect(sso.path(PARKED_PATH + ticket))
    forms, subject = _forms(request), sso.session.identity.subject
    state = forms.claim(ticket, sso.cookies, subject)
    if state is not State.KEPT:
        return _not_kept(request, *forms.look(ticket, sso.cookies, subject))
    status = 500
    try:
        response = run()
        status = response.status_int
    except Exception as problem:
        status = int(getattr(problem, "status_int", status))
        raise
    finally:
        if status < 400:
            forms.finish(ticket, sso.cookies, subject)
        else:
            forms.give_back(ticket)
    return response


def depart_with_form(request: Any, wish: Wish) -> Any:
    """Put the form of this request aside and send the browser to the portal; None when it cannot be kept."""
    sso = request.sso
    if sso.ticket:  # it is kept already
        return depart(request, sso.path(PARKED_PATH + sso.ticket), wish=wish)
    kept = None if sso.ticket is None else _park(request)
    if kept is None:
        return None
    response = depart(request, sso.path(PARKED_PATH + kept.id), wish=wish)
    for name in kept.dropped:
        forget(request, response, name)
    set_cookie(request, response, kept.cookie_name, kept.cookie_value, LIFETIME_SECONDS)
    return response


def came_from(request: Any) -> str:
    """The page of this site on which the form or link stood, "" when not known."""
    try:
        parts = urlsplit(request.referer or "")
    except ValueError:
        return ""
    ours = f"{parts.scheme}://{parts.netloc}" == origin(request.sso.root)
    return local_path(parts._replace(scheme="", netloc="", fragment="").geturl(), "") if ours else ""


def _park(request: Any) -> Kept | None:
    sso = request.sso
    path = local_path(request.path_qs, "")
    fields = _fields(request) if path and comes_from(origin(sso.root), request.headers) else None
    if fields is None:
        return None
    form = ParkedForm(path, came_from(request), fields)
    return _forms(request).park(form, _subject(request), sso.cookies)


def _subject(request: Any) -> str:
    """Whose form it is, as far as the cookie of the session tells, living or over."""
    sso = request.sso
    if sso.session is not None:
        return str(sso.session.identity.subject)
    over = sso.kit.sessions.ended(sso.cookies.get(sso.names.session, ""))
    return "" if over is None else str(over.subject)


def _fields(request: Any) -> tuple[Field, ...] | None:
    body = _body(request, LARGEST_BYTES)
    try:
        if body is None:
            return None
        if _kind(request) == URLENCODED:
            return read_fields(body)
        if _kind(request) == MULTIPART:
            return keepable((name, "" if value == b"" else value) for name, value in request.POST.items())
    except (ValueError, LookupError, DeprecationWarning):  # the last: a charset that is not UTF-8
        return None
    return None


def _has_stale_token(request: Any) -> bool:
    try:
        return CSRF_FIELD in request.POST and not request.sso.csrf_token_is_right()
    except (ValueError, DeprecationWarning):  # not UTF-8, or another charset: no form that we have made
        return False


def _kind(request: Any) -> str:
    # Not request.content_type: a header that is not ASCII must not be more than a wrong one.
    return str(request.environ.get("CONTENT_TYPE") or "").partition(";")[0].strip().lower()


def _body(request: Any, most: int) -> bytes | None:
    try:
        length = request.content_length
        if length is None or length > most:
            return None
        if not request.is_body_seekable:
            request.body = request.body_file.read()  # into memory: webob would make a file of it and leave that open
        return bytes(request.body)
    except (OSError, ValueError):  # it breaks off
        return None


def _not_kept(request: Any, state: State, form: ParkedForm | None) -> Any:
    if form is None or not form.page:
        return kit_page(request, _KINDS[state], home(request))
    return kit_page(request, _KINDS[state], Action("go_on", form.page), home(request))


def _forms(request: Any) -> ParkedForms:
    forms: ParkedForms = request.sso.kit.forms(secure=request.sso.secure)
    return forms
