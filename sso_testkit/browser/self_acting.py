"""Pages that go on by themselves: a form sent by script (OAuth 2.0 Form Post Response Mode), a Refresh."""

from __future__ import annotations

import re

import webtest
from webtest.forms import Form

_REFRESH = re.compile(r"\s*(\d{1,9})[\d.]*\s*(?:[;,]\s*(?:url\s*=\s*)?(.*))?$", re.IGNORECASE | re.DOTALL)
_SUBMITS = re.compile(r"submit\(\)")


def self_submitting_form(page: webtest.TestResponse) -> Form | None:
    """The form that a page would send at once if scripts ran: the portal's, marked by ``data-submit``, or that of a
    ``body`` whose ``onload`` submits it."""
    if page.content_type != "text/html" or b"submit" not in page.body:
        return None
    marked = page.html.find("form", attrs={"data-submit": True})
    if marked is None and not page.html.find("body", onload=_SUBMITS):
        return None
    forms = page.html.find_all("form")
    return page.forms.get(next((number for number, form in enumerate(forms) if form is marked), 0))


def refresh_of(page: webtest.TestResponse) -> tuple[int, str] | None:
    """After how many seconds a page goes on, and where to; empty: to itself. By its header, or a ``meta`` element."""
    told = page.headers.get("Refresh", "")
    if not told and page.content_type == "text/html":
        meta = page.html.find("meta", attrs={"http-equiv": re.compile("^refresh$", re.IGNORECASE)})
        told = str(meta.get("content", "")) if meta is not None else ""
    found = _REFRESH.match(told)
    return None if found is None else (int(found[1]), (found[2] or "").strip().strip("'\""))
