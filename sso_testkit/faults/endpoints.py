"""Switches for endpoints that do not answer as they should: the portal's, and those where sites hear of sign-outs."""

from __future__ import annotations

from typing import Unpack

import requests

from sso_testkit.faults import breaks
from sso_testkit.faults.fault import Fault, How
from sso_testkit.faults.portal_addresses import is_at
from sso_testkit.faults.switchboard import Switchboard, Where
from sso_testkit.interceptors import Interceptor


class EndpointFaults(Switchboard):
    """Endpoints that are slow, down, or broken."""

    def token_endpoint_down(self, **how: Unpack[How]) -> Fault:
        """Connections to the token endpoint are refused."""
        return self._breaks("the token endpoint is down", self._at("token_endpoint"), breaks.refused, **how)

    def token_endpoint_slow(self, **how: Unpack[How]) -> Fault:
        """The token endpoint does what it is asked, so that a code is used up, and answers after the site's timeout,
        which passes in no time."""
        return self._breaks("the token endpoint is slow", self._at("token_endpoint"), breaks.too_late, **how)

    def token_endpoint_fails(self, status: int = 500, **how: Unpack[How]) -> Fault:
        """The token endpoint answers with a page and this status, and does nothing."""
        name = f"the token endpoint answers {status}"
        return self._breaks(name, self._at("token_endpoint"), breaks.failing(status), **how)

    def token_endpoint_cut_off(self, **how: Unpack[How]) -> Fault:
        """The token endpoint does what it is asked, and its answer breaks off in the middle."""
        name = "the token endpoint's answer is cut off"
        return self._breaks(name, self._at("token_endpoint"), breaks.cut_off, **how)

    def userinfo_unreachable(self, **how: Unpack[How]) -> Fault:
        """Connections to the userinfo endpoint are refused."""
        return self._breaks("userinfo is unreachable", self._at("userinfo_endpoint"), breaks.refused, **how)

    def jwks_unreachable(self, **how: Unpack[How]) -> Fault:
        """The portal's keys cannot be fetched; a site that has a young copy does not ask for them."""
        return self._breaks("the JWK Set is unreachable", self._at("jwks_uri"), breaks.refused, **how)

    def discovery_unreachable(self, **how: Unpack[How]) -> Fault:
        """The portal's metadata cannot be fetched; a site that has a young copy does not ask for them."""
        url = self._addresses.metadata_url
        return self._breaks("discovery is unreachable", lambda request: is_at(request, url), breaks.refused, **how)

    def logout_endpoint_fails(self, client_id: str, status: int = 500, **how: Unpack[How]) -> Fault:
        """A site answers with this status when it is told of a sign-out, and stays as it is."""
        return self._logout(client_id, f"answers {status}", breaks.failing(status), **how)

    def logout_endpoint_slow(self, client_id: str, **how: Unpack[How]) -> Fault:
        """A site obeys when it is told of a sign-out, and confirms after the portal's timeout."""
        return self._logout(client_id, "is slow", breaks.too_late, **how)

    def logout_endpoint_down(self, client_id: str, **how: Unpack[How]) -> Fault:
        """A site cannot be reached when it is to be told of a sign-out."""
        return self._logout(client_id, "is down", breaks.refused, **how)

    def _at(self, member: str) -> Where:
        return lambda request: self._addresses.is_for(request, member)

    def _logout(self, client_id: str, what: str, broken: Interceptor, **how: Unpack[How]) -> Fault:
        def where(request: requests.PreparedRequest) -> bool:
            return is_at(request, self._logout_uri(client_id))

        # Now, so that a client that nobody has registered is told of at once.
        self._logout_uri(client_id)
        return self._breaks(f"the logout endpoint of {client_id} {what}", where, broken, **how)

    def _logout_uri(self, client_id: str) -> str:
        with self._surroundings.portal.transaction() as unit:
            client = unit.clients.find(client_id)
        uri = client.metadata["backchannel_logout_uri"] if client is not None else ""
        if not uri:
            raise LookupError(f"there is no client {client_id!r} that is told of sign-outs by the server")
        return str(uri)
