"""oauthlib's request, made of parameters that have been read already.

oauthlib would read them again from an address or a body, and look for doubled ones each time that it asks for them. And
it looks a parameter up after it has found no attribute of that name; here it is one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from oauthlib.common import Request

_OURS = (
    "actor_token",
    "actor_token_type",
    "assertion",
    "authorization_details",
    "client_assertion",
    "client_assertion_type",
    "dpop_jkt",
    "registration",
    "requested_token_type",
    "subject_token",
    "subject_token_type",
)
"""Parameters that oauthlib has no names for."""

_NOTHING_SAID: Mapping[str, Any] = {**Request("")._params, **dict.fromkeys(_OURS)}

_FOUND_OUT = ("client", "extra_credentials", "scopes", "user")
"""What oauthlib keeps beside the parameters and nobody may send: it is found out while the request is judged."""

_OWN: Mapping[str, Any] = {
    **dict.fromkeys(_FOUND_OUT),
    "body": "",
    "uri_query": "",
    "uri_query_params": (),
    # None: doubled ones are found where the form is read.
    "duplicate_params": (),
    # Whatever has no name here was not sent.
    "_params": {},
}
"""What a request has besides its parameters."""


class ParsedRequest(Request):
    """A request whose parameters came once each and in UTF-8, or have been refused."""

    # Computed in oauthlib's class, and a parameter of the name must not take their place either.
    duplicate_params: tuple[str, ...] = ()
    uri_query = ""
    uri_query_params: tuple[tuple[str, str], ...] = ()

    def __init__(self, uri: str, http_method: str, values: Mapping[str, str], headers: Mapping[str, Any]) -> None:
        """``uri`` is the endpoint's address, without a query; ``headers`` carry the call, spelled as they are asked
        for."""
        # Not by oauthlib's own way, which begins with reading an address. What it has besides parameters comes last: a
        # parameter may have any name.
        self.__dict__ = {
            **_NOTHING_SAID,
            **values,
            **_OWN,
            "uri": uri,
            "http_method": http_method,
            "headers": headers,
        }
