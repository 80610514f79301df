"""A provider that is running, as the operations need to know it: the portal, or one that it is compared with."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode, urlsplit

from benchmarks.known import CALLBACK, CHALLENGE, CLIENT_ID, PASSWORD, USERNAME, basic_of


@dataclass
class Provider:
    """Where it is and what its paths are. ``cookie`` is what the browser of a signed-in person sends; ``machine_id`` is
    the client of client credentials."""

    name: str
    port: int
    pid: int
    cookie: str
    username: str = USERNAME
    password: str = PASSWORD
    client_id: str = CLIENT_ID
    machine_id: str = CLIENT_ID
    callback: str = CALLBACK
    scope: str = "openid profile"
    scope_with_refresh: str = "openid profile offline_access"
    login: str = "/o/login/"
    authorize: str = "/o/authorize/"
    token: str = "/o/token/"  # noqa: S105 - a path
    userinfo: str = "/o/userinfo/"
    introspect: str = "/o/introspect/"
    discovery: str = "/.well-known/openid-configuration"
    jwks: str = "/o/jwks/"
    csrf_field: str = "csrf_token"
    """Of the sign-in form; empty where its sign-in is not measured."""
    _numbers: itertools.count[int] = field(default_factory=itertools.count)

    @property
    def host(self) -> str:
        """What stands in the Host header."""
        return f"localhost:{self.port}"

    @property
    def authorization(self) -> str:
        """The client's header."""
        return f"Authorization: Basic {basic_of(self.client_id)}"

    @property
    def machine_authorization(self) -> str:
        """The header of the client that asks for itself."""
        return f"Authorization: Basic {basic_of(self.machine_id)}"

    def authorization_request(self, scope: str = "") -> str:
        """Path and query of an authorization request that nobody has made before."""
        number = next(self._numbers)
        query = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.callback,
            "scope": scope or self.scope,
            "state": f"state-of-request-{number:08}",
            "nonce": f"nonce-of-request-{number:08}",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        }
        return f"{self.authorize}?{urlencode(query)}"

    def code_in(self, location: bytes) -> str:
        """The code of an answer to the client, empty when there is none."""
        address = location.decode("latin-1")
        if not address.startswith(f"{self.callback}?"):
            return ""
        return parse_qs(urlsplit(address).query).get("code", [""])[0]
