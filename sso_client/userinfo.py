"""Claims that the portal keeps out of the id_token (OpenID Connect Core section 5.3)."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from sso_client.backchannel import Backchannel
from sso_client.discovery import Discovery
from sso_client.errors import IdTokenRefused, PortalUnavailable
from sso_client.json_answer import read_object
from sso_client.tokens import Tokens

log = logging.getLogger(__name__)

_CLAIM_OF_SCOPE = {"profile": "name", "email": "email"}
"""A scope, and a claim that it brings (section 5.4); when the claim is missing it is worth asking."""


class UserInfo:
    """Asks the userinfo endpoint, when there is something to ask for."""

    def __init__(self, discovery: Discovery, backchannel: Backchannel, scope: tuple[str, ...]) -> None:
        """`scope`: what the site asks for, taken as granted when the portal does not say otherwise."""
        self._discovery = discovery
        self._backchannel = backchannel
        self._scope = scope

    def completed(self, claims: Mapping[str, Any], tokens: Tokens) -> dict[str, Any]:
        """Return `claims` together with those of the userinfo endpoint; the signed ones win.

        A refusal leaves the claims as they are: who the person is has been proven already. Raises PortalUnavailable
        when the portal does not answer, IdTokenRefused when it answers for somebody else (section 5.3.2).
        """
        granted = tokens.scope.split() if tokens.scope else self._scope
        wanted = [claim for scope, claim in _CLAIM_OF_SCOPE.items() if scope in granted]
        endpoint = self._discovery.metadata().userinfo_endpoint
        if not endpoint or all(claim in claims for claim in wanted):
            return dict(claims)
        answer = self._backchannel.send("GET", endpoint, headers={"Authorization": f"Bearer {tokens.access_token}"})
        if 400 <= answer.status_code < 500:
            log.warning("the userinfo endpoint refused with status %s; going on without", answer.status_code)
            return dict(claims)
        if answer.status_code != 200:
            raise PortalUnavailable(f"GET {endpoint}: status {answer.status_code}")
        try:
            more = read_object(answer.content)
        except ValueError as problem:
            raise PortalUnavailable(f"GET {endpoint}: {problem}") from problem
        if more.get("sub") != claims.get("sub"):
            raise IdTokenRefused("sub", "the userinfo endpoint answered for somebody else")
        return {**more, **claims}
