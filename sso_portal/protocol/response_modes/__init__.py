"""How an authorization answer travels back to the site.

Owns: the forms an answer may take, and which one is meant when the request does not say.
Never: decides what is answered.
Asked by: authorization, discovery and the response_mode check.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlencode

from sso_portal.base.urls import add_query

Parameters = Sequence[tuple[str, str]]


def _fragment(uri: str, parameters: Parameters) -> str:
    return f"{uri}#{urlencode(list(parameters))}"


def _form_post(uri: str, _parameters: Parameters) -> str:
    # The parameters travel in the body of a form that the browser posts there.
    return uri


RESPONSE_MODES: Mapping[str, Callable[[str, Parameters], str]] = {
    "query": add_query,
    "fragment": _fragment,
    "form_post": _form_post,
}
"""One line per mode; discovery tells them from here."""

FORM_POST = "form_post"
"""The mode that needs a page (OAuth 2.0 Form Post Response Mode)."""


def default_mode(response_type: str | None) -> str:
    """``fragment`` when tokens are answered, else ``query`` (OAuth 2.0 Multiple Response Types, section 5)."""
    return "fragment" if {"token", "id_token"} & set((response_type or "").split()) else "query"


def chosen_mode(response_mode: str | None, response_type: str | None) -> str:
    """The mode that a request chose, if it may; else the default of its response type."""
    default = default_mode(response_type)
    if response_mode not in RESPONSE_MODES or (response_mode == "query" and default != "query"):
        return default
    return str(response_mode)
