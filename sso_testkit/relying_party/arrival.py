"""With what a browser has come back to a site: in the query, the fragment, or a form."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

from sso_testkit.browser import Tab


def arrived(tab: Tab, redirect_uri: str) -> dict[str, str]:
    """The parameters that have reached ``redirect_uri``, as they are. Raises AssertionError when the browser is not
    there. (OAuth 2.0 Multiple Response Type Encoding Practices section 2.1, OAuth 2.0 Form Post Response Mode.)"""
    form = tab.page.html.find("form", attrs={"data-submit": True}) if "data-submit" in tab.text else None
    if form is not None:
        assert form["action"] == redirect_uri, f"the form leads to {form['action']}"
        return {field["name"]: field["value"] for field in form.find_all("input")}
    assert tab.url.startswith(redirect_uri), f"the browser is at {tab.url}"
    # The request's own address has no fragment: a browser keeps it to itself.
    method, _, address = tab.hops[-1].partition(" ")
    parts = urlsplit(address)
    posted = dict(tab.page.request.POST) if method == "POST" else {}
    return dict(parse_qsl(parts.query)) | dict(parse_qsl(parts.fragment)) | posted


def is_back(tab: Tab, redirect_uri: str) -> bool:
    """Whether the browser has come back to the site, or shows the form that leads there."""
    try:
        arrived(tab, redirect_uri)
    except AssertionError:
        return False
    return True
