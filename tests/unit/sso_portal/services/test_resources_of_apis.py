"""What names an API, who may have tokens for it, and what they look like."""

from __future__ import annotations

from typing import Any

import pytest

from sso_portal.base.errors import Refused
from sso_portal.services.client_metadata import complete_metadata, parse_assignment
from sso_portal.services.clients import Client
from sso_portal.services.resources import (
    Resource,
    TokenForm,
    find_resource,
    forms_of,
    identifiers_of,
    may_exchange_for,
    may_use,
    narrowed,
)
from sso_testkit import SingleSignOn

ISSUER = "https://portal.example.test"
ADDRESS = "https://api.example.test/v1"


def client(client_id: str, **metadata: Any) -> Client:
    own = {"client_name": client_id, "grant_types": ["client_credentials"], "response_types": [], **metadata}
    return Client(client_id, None, complete_metadata(own))


def api(client_id: str = "api", **metadata: Any) -> Client:
    return client(client_id, **{"resource_server": True, "resource_uris": [ADDRESS], **metadata})


def test_an_api_is_known_by_its_addresses_and_its_client_id() -> None:
    known = [client("site"), api()]
    assert identifiers_of(known[1]) == {"api", ADDRESS}
    assert identifiers_of(known[0]) == frozenset()
    for name in ("api", ADDRESS):
        assert find_resource(name, known, ISSUER) == Resource(name, known[1])
    assert find_resource(ISSUER, known, ISSUER) == Resource(ISSUER)
    for name in ("site", f"{ADDRESS}/", ADDRESS.upper(), "", f"{ISSUER}/"):
        assert find_resource(name, known, ISSUER) is None


def test_who_may_have_and_exchange_tokens() -> None:
    one, other = Resource("one", api("one")), Resource("other", api("other", resource_uris=[]))
    anybody, modest = client("anybody"), client("modest", allowed_resources=[ADDRESS], token_exchange_to=["other"])
    assert all(may_use(anybody, resource) for resource in (one, other, Resource(ISSUER)))
    assert [may_use(modest, resource) for resource in (one, other, Resource(ISSUER))] == [True, False, True]
    assert [may_exchange_for(modest, resource) for resource in (one, other, Resource(ISSUER))] == [False, True, False]
    assert not may_exchange_for(anybody, one)
    assert not may_exchange_for(api("self", token_exchange_to=["self"]), Resource("self", api("self")))


def test_the_form_is_that_of_the_resource_before_that_of_the_client() -> None:
    jwt, opaque = api("jwt", access_token_format="jwt"), api("opaque", access_token_signed_response_alg="RS256")
    site = client("site", access_token_format="jwt", access_token_signed_response_alg="EdDSA")
    assert forms_of([], site) == {TokenForm("jwt", "EdDSA")}
    assert forms_of([Resource(ISSUER)], site) == {TokenForm("jwt", "EdDSA")}
    assert forms_of([Resource("opaque", opaque)], site) == {TokenForm("opaque", "")}
    assert forms_of([Resource("jwt", jwt), Resource(ISSUER)], site) == {TokenForm("jwt", "ES256")}
    assert len(forms_of([Resource("jwt", jwt), Resource("opaque", opaque)], site)) == 2
    assert forms_of([], client("plain")) == {TokenForm("opaque", "")}


def test_scopes_are_narrowed_to_what_means_something() -> None:
    one, two, any_ = (api(name, resource_scopes=scope) for name, scope in (("one", "a b"), ("two", "c"), ("any", "")))
    asked = ["a", "c", "d"]
    assert narrowed(asked, []) == asked
    assert narrowed(asked, [Resource("one", one)]) == ["a"]
    assert narrowed(asked, [Resource("one", one), Resource("two", two)]) == ["a", "c"]
    assert narrowed(asked, [Resource("one", one), Resource("any", any_)]) == asked
    assert narrowed(asked, [Resource(ISSUER)]) == asked


@pytest.mark.parametrize(
    "uri",
    ["api", "/path", "https://", "https://a.test/#", "https://a.test/#x", "https://a b.test/", "https://项.test/", ""],
)
def test_what_cannot_be_an_address_of_an_api(uri: str) -> None:
    with pytest.raises(Refused, match="resource_uris"):
        api(resource_uris=[uri])


@pytest.mark.parametrize("uri", ["https://a.test", "http://localhost:9011/", "urn:example:api", "https://a.test/?v=1"])
def test_what_can_be(uri: str) -> None:
    assert api(resource_uris=[uri]).metadata["resource_uris"] == [uri]


def test_rules_that_go_together() -> None:
    with pytest.raises(Refused, match="resource_server=true"):
        client("site", resource_uris=[ADDRESS])
    with pytest.raises(Refused, match="introspection_encrypted_response_alg"):
        api(introspection_encrypted_response_enc="A128GCM")


def test_two_apis_never_share_an_address(sso: SingleSignOn) -> None:
    own = {"resource_server": True, "grant_types": ["client_credentials"], "response_types": []}
    sso.add_client("one", resource_uris=[ADDRESS], **own)
    with pytest.raises(Refused, match="registered for one already"):
        sso.add_client("two", resource_uris=[ADDRESS], **own)
    sso.add_client("two", **own)
    with pytest.raises(Refused, match="registered for one already"):
        sso.edit_client("two", resource_uris=["https://b.test/", ADDRESS])
    sso.edit_client("one", resource_uris=[ADDRESS, "https://c.test/"])


@pytest.mark.parametrize(
    ("assignment", "value"),
    [
        (f"resource_uris={ADDRESS} urn:example:api", [ADDRESS, "urn:example:api"]),
        ("resource_scopes=openid email", "openid email"),
        ("access_token_format=jwt", "jwt"),
        ("allowed_resources=user_api project_api", ["user_api", "project_api"]),
        ('token_exchange_to=["open_api"]', ["open_api"]),
        ("introspection_signed_response_alg=ES256", "ES256"),
    ],
)
def test_the_command_line_sets_them(assignment: str, value: Any) -> None:
    assert parse_assignment(assignment) == (assignment.partition("=")[0], value)
