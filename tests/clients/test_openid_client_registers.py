"""openid-client for Node.js registers itself, and signs people in with what it was given."""

from __future__ import annotations

from typing import Any

from tests.support.node import Node
from tests.support.openid_client import OpenidClient
from tests.support.person import Person
from tests.support.registrations import CALLBACK


def test_a_site_that_registers_itself(portal: Any, node: Node, person: Person) -> None:
    wish = {
        "client_name": "Newcomer",
        "redirect_uris": [CALLBACK],
        "token_endpoint_auth_method": "client_secret_basic",
        "id_token_signed_response_alg": "ES256",
    }
    registered = node.call("register", issuer=portal.issuer, metadata=wish)
    assert {name: registered[name] for name in wish} == wish
    assert registered["client_secret_expires_at"] == 0

    site = OpenidClient(
        node,
        portal.issuer,
        registered["client_id"],
        registered["client_secret"],
        id_token_signed_response_alg="ES256",
    )
    tokens = site.code_grant(person.visit(site.authorization_url()))
    assert tokens["claims"]["aud"] == registered["client_id"]
    assert "Newcomer would like to" in person.pages
