"""A site that uses openid-client for Node.js."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.support.node import Node
from tests.support.person import Arrival
from tests.support.registrations import CALLBACK


class OpenidClient:
    """What one client does with the library; each method is one of its functions."""

    def __init__(
        self,
        node: Node,
        issuer: str,
        client_id: str,
        secret: str,
        *,
        method: str = "client_secret_basic",
        using: Sequence[str] = (),
        discovery: str = "oidc",
        **metadata: str,
    ) -> None:
        """Discover the portal. ``using`` names ways of the library, ``metadata`` is the client's own."""
        self._node = node
        self._client_id = client_id
        own = {**({"client_secret": secret} if secret else {}), **metadata}
        self.discovered = self.call(
            "discover", issuer=issuer, method=method, metadata=own, using=list(using), algorithm=discovery
        )

    def call(self, name: str, **arguments: Any) -> Any:
        """Call the library. Raises :class:`~tests.support.node.LibraryError`."""
        return self._node.call(name, client_id=self._client_id, **arguments)

    def authorization_url(self, *, signed: bool = False, pushed: bool = False, **parameters: str) -> str:
        """Where people are sent, with a fresh state, nonce and PKCE challenge; signed as a JWT, pushed before."""
        request = {"redirect_uri": CALLBACK, "scope": "openid profile email", **parameters}
        return str(self.call("authorizationUrl", parameters=request, signed=signed, pushed=pushed))

    def code_grant(self, arrival: Arrival, **parameters: str) -> dict[str, Any]:
        """Check what a person has brought, exchange the code, check the id_token; answers the tokens and claims."""
        return dict(self.call("codeGrant", address=arrival.address, form=arrival.form, parameters=parameters))

    def people(self) -> dict[str, str]:
        """Who is signed in at the site: ``sid`` to ``sub``."""
        return dict(self.call("people"))

    def implicit(self, arrival: Arrival) -> dict[str, Any]:
        """Check the id_token that a person has brought; answers its claims."""
        return dict(self.call("implicit", address=arrival.address, form=arrival.form))

    def begin(self, name: str, **arguments: Any) -> None:
        """Call the library and do not wait; :meth:`result` does."""
        self._node.begin(name, client_id=self._client_id, **arguments)

    def result(self) -> Any:
        """What came of the call that was begun. Raises :class:`~tests.support.node.LibraryError`."""
        return self._node.result()
