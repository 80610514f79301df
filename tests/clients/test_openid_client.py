"""openid-client for Node.js: the code flow, its tokens, and every way to authenticate and to sign."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sso_portal.base.jose import SIGNING_ALGORITHMS
from tests.support.node import LibraryError
from tests.support.openid_client import OpenidClient
from tests.support.person import Person
from tests.support.registrations import SIGNED_OUT

METHODS = ("client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt", "none")
MakeSite = Callable[..., OpenidClient]


@pytest.mark.parametrize("method", METHODS)
def test_the_whole_life_of_a_sign_in(openid_client: MakeSite, person: Person, method: str) -> None:
    site = openid_client(method, method=method)
    tokens = site.code_grant(person.visit(site.authorization_url(max_age="600")))
    assert person.pages == ["Sign in"]

    told = site.call("userinfo", token=tokens["access_token"], subject=tokens["claims"]["sub"])
    assert (told["preferred_username"], told["email"]) == ("zp", "zp@example.test")

    fresh = site.call("refresh", token=tokens["refresh_token"])
    assert fresh["refresh_token"] != tokens["refresh_token"]
    assert fresh["claims"]["sub"] == tokens["claims"]["sub"]
    assert fresh["claims"]["auth_time"] == tokens["claims"]["auth_time"]
    if method != "none":
        introspected = site.call("introspect", token=fresh["access_token"])
        assert (introspected["active"], introspected["username"]) == (True, "zp")

    site.call("revoke", token=fresh["refresh_token"])
    with pytest.raises(LibraryError) as refused:
        site.call("refresh", token=fresh["refresh_token"])
    assert refused.value.told["refusal"] == "invalid_grant"
    with pytest.raises(LibraryError) as refused:
        site.call("userinfo", token=fresh["access_token"], subject=tokens["claims"]["sub"])
    assert refused.value.told["status"] == 401


@pytest.mark.parametrize("algorithm", SIGNING_ALGORITHMS)
def test_id_tokens_of_every_signature_are_verified(openid_client: MakeSite, person: Person, algorithm: str) -> None:
    site = openid_client(f"signed-{algorithm}", id_token_signed_response_alg=algorithm)
    tokens = site.code_grant(person.visit(site.authorization_url()))
    assert tokens["claims"]["aud"] == f"signed-{algorithm}"


def test_an_id_token_with_another_signature_than_registered_is_noticed(openid_client: MakeSite, person: Person) -> None:
    site = openid_client("signed-ES256", id_token_signed_response_alg="RS256")
    arrival = person.visit(site.authorization_url())
    with pytest.raises(LibraryError, match=r"unexpected JWT .*header parameter"):
        site.code_grant(arrival)


def test_the_other_discovery_document_is_as_good(openid_client: MakeSite, person: Person) -> None:
    site = openid_client("client_secret_basic", discovery="oauth2")
    assert "userinfo_endpoint" not in site.discovered
    assert site.code_grant(person.visit(site.authorization_url()))["claims"]["amr"]


def test_what_a_person_leaves_unticked_is_not_given(openid_client: MakeSite, person: Person) -> None:
    site = openid_client("asks-people")
    tokens = site.code_grant(person.visit(site.authorization_url()))
    assert person.pages == ["Sign in", "Site asks-people would like to"]
    assert set(tokens["scope"].split()) == {"openid", "profile"}
    told = site.call("userinfo", token=tokens["access_token"], subject=tokens["claims"]["sub"])
    assert (told["preferred_username"], "email" in told) == ("zp", False)


def test_a_wrong_secret_is_told_as_such(openid_client: MakeSite, person: Person) -> None:
    site = openid_client("client_secret_basic", client_secret="wrong")
    arrival = person.visit(site.authorization_url())
    with pytest.raises(LibraryError) as refused:
        site.code_grant(arrival)
    assert (refused.value.told["name"], refused.value.told["status"]) == ("WWWAuthenticateChallengeError", 401)
    assert [challenge["scheme"] for challenge in refused.value.told["cause"]] == ["basic"]


def test_nobody_is_asked_with_prompt_none(openid_client: MakeSite, person: Person) -> None:
    site = openid_client("client_secret_basic")
    arrival = person.visit(site.authorization_url(prompt="none"))
    assert person.pages == []
    with pytest.raises(LibraryError) as refused:
        site.code_grant(arrival)
    assert (refused.value.told["name"], refused.value.told["refusal"]) == (
        "AuthorizationResponseError",
        "login_required",
    )


def test_signing_out_by_the_librarys_address(openid_client: MakeSite, person: Person) -> None:
    site = openid_client("client_secret_basic")
    tokens = site.code_grant(person.visit(site.authorization_url()))
    parameters = {
        "post_logout_redirect_uri": SIGNED_OUT,
        "id_token_hint": tokens["id_token"],
        "state": "of the sign-out",
    }
    arrival = person.visit(site.call("endSessionUrl", parameters=parameters))
    assert person.pages == []
    assert (arrival.address.partition("?")[0], arrival.parameters) == (SIGNED_OUT, {"state": "of the sign-out"})
    assert person.visit(site.authorization_url(prompt="none")).parameters["error"] == "login_required"
