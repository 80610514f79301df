"""Where the portal's endpoints are, as it tells itself, and what is said to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import requests
import webtest

from sso_testkit.faults.surroundings import Surroundings

_METADATA = "/.well-known/openid-configuration"


class PortalAddresses:
    """The portal's metadata, read when they are first needed."""

    def __init__(self, surroundings: Surroundings) -> None:
        """Nothing is read yet."""
        self._surroundings = surroundings
        self._metadata: Mapping[str, Any] = {}

    @property
    def metadata_url(self) -> str:
        """Where they are (OpenID Connect Discovery, section 4)."""
        return f"{self._surroundings.portal.issuer}{_METADATA}"

    def of(self, member: str) -> str:
        """The address that the metadata name ``token_endpoint``, ``jwks_uri`` and the like."""
        if not self._metadata:
            # Not over the wire of the world: that is what is about to be broken.
            self._metadata = webtest.TestApp(self._surroundings.portal_app).get(self.metadata_url).json
        return str(self._metadata[member])

    def is_for(self, request: requests.PreparedRequest, member: str) -> bool:
        """Whether a call goes there, whatever its query."""
        return is_at(request, self.of(member))


def is_at(request: requests.PreparedRequest, url: str) -> bool:
    """Whether a call goes to ``url``, whatever its query."""
    return (request.url or "").partition("?")[0] == url


def posted(request: requests.PreparedRequest) -> dict[str, str]:
    """The form that a call brings; empty when it brings none."""
    body = request.body or b""
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else str(body)
    return dict(parse_qsl(text, keep_blank_values=True))
