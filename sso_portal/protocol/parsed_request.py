"""oauthlib's request, made of parameters that have been read already.

oauthlib would read them again from an address or a body, and look for doubled ones each time that it asks for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from oauthlib.common import CaseInsensitiveDict, Request

_NOTHING_SAID: Mapping[str, Any] = Request("")._params


class ParsedRequest(Request):
    """A request whose parameters came once each and in UTF-8, or have been refused."""

    duplicate_params: tuple[str, ...] = ()
    """None: doubled ones are found where the form is read."""

    uri_query = ""
    uri_query_params: tuple[tuple[str, str], ...] = ()

    def __init__(self, uri: str, http_method: str, values: Mapping[str, str], headers: Mapping[str, Any]) -> None:
        """``uri`` is the endpoint's address, without a query; ``headers`` carry the call."""
        # Not by oauthlib's own way, which begins with reading an address.
        self.uri = uri
        self.http_method = http_method
        self.headers = CaseInsensitiveDict(headers)
        self.body = ""
        self.decoded_body = list(values.items())
        self.oauth_params: list[Any] = []
        self.validator_log: dict[str, Any] = {}
        self._params = {**_NOTHING_SAID, **values}
