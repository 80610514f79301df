"""What an authorization request says about the looks of pages, wherever it says it."""

from __future__ import annotations

from collections.abc import Mapping

from pyramid.request import Request

from sso_portal.base.forms import Form
from sso_portal.protocol.pushed_requests import hints_pushed, pushed_reference
from sso_portal.protocol.request_objects import hints_inside


def hints(request: Request, query: Form) -> Mapping[str, str]:
    """The parameters of ``query``, with those of a request object or a pushed request laid over them.

    Unverified: for ``ui_locales`` and ``login_hint``. What is read once is kept for the rest of this request.
    """
    carrier = query.values.get("request_uri") or query.values.get("request")
    # Nothing is looked up for the page that says that the database is gone.
    if carrier is None or getattr(request, "without_person", False):
        return query.values
    known: dict[str, Mapping[str, str]] = request.__dict__.setdefault("known_hints", {})
    key = f"{query.values.get('client_id')} {carrier}"
    if key not in known:
        known[key] = _inside(request, query)
    return {**query.values, **known[key]}


def _inside(request: Request, query: Form) -> Mapping[str, str]:
    call, pushed = request.unit.call(), pushed_reference(query)
    return hints_inside(query, call) if pushed is None else hints_pushed(query, pushed, call)
