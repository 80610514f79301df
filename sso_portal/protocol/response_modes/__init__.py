"""How an authorization answer travels back to the site.

Owns: the forms an answer may take, each a function from address and parameters to a location.
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


RESPONSE_MODES: Mapping[str, Callable[[str, Parameters], str]] = {
    "query": add_query,
    "fragment": _fragment,
}
"""One line per mode; discovery tells them from here."""


def location(mode: str | None, uri: str, parameters: Parameters) -> str:
    """Where the browser is sent with an answer; ``query`` unless the request said otherwise."""
    return RESPONSE_MODES.get(mode or "query", add_query)(uri, parameters)
