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
    "query.jwt": add_query,
    "fragment.jwt": _fragment,
    "form_post.jwt": _form_post,
    # A wish only: it stands for query.jwt or fragment.jwt, which is where a code goes.
    "jwt": add_query,
}
"""One line per mode; discovery tells them from here. The last four answer with a JWT (JARM 1.0, section 2.3)."""

_JWT = "jwt"
_FORM_POST = "form_post"


def is_form(mode: str) -> bool:
    """Whether the mode needs a page (OAuth 2.0 Form Post Response Mode)."""
    return _bare(mode) == _FORM_POST


def is_secured(mode: str | None) -> bool:
    """Whether the answer is one JWT (JARM 1.0, section 2.3)."""
    return mode in RESPONSE_MODES and str(mode).rpartition(".")[2] == _JWT


def default_mode(response_type: str | None) -> str:
    """``fragment`` when tokens are answered, else ``query`` (OAuth 2.0 Multiple Response Types, section 5)."""
    return "fragment" if {"token", "id_token"} & set((response_type or "").split()) else "query"


def is_unfit(mode: str | None, response_type: str | None, *, encrypted: bool) -> bool:
    """Whether tokens would stand readable in a query string, which stays in logs and histories (OAuth 2.0 Multiple
    Response Types, section 5; JARM 1.0, section 2.3.1)."""
    in_query = mode == "query" or (mode == "query.jwt" and not encrypted)
    return in_query and default_mode(response_type) != "query"


def chosen_mode(response_mode: str | None, response_type: str | None, *, encrypted: bool = False) -> str:
    """The mode that a request chose, if it may; else the default of its response type. ``encrypted`` says what becomes
    of a JWT."""
    default = default_mode(response_type)
    secured = f"{default}.{_JWT}"
    if response_mode == _JWT:
        return secured
    if is_unfit(response_mode, response_type, encrypted=encrypted):
        return secured if is_secured(response_mode) else default
    return str(response_mode) if response_mode in RESPONSE_MODES else default


def _bare(mode: str) -> str:
    return mode.removesuffix(f".{_JWT}")
