"""openid-client for Node.js: other flows, other forms of request and answer, and clients without a person."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sso_portal.base.jose import SIGNING_ALGORITHMS
from tests.support.node import LibraryError
from tests.support.openid_client import OpenidClient
from tests.support.person import Person

MakeSite = Callable[..., OpenidClient]


@pytest.mark.parametrize("response_mode", ["fragment", "form_post"])
def test_the_hybrid_flow(openid_client: MakeSite, person: Person, response_mode: str) -> None:
    site = openid_client("hybrid", using=["hybrid"])
    arrival = person.visit(site.authorization_url(response_mode=response_mode))
    assert bool(arrival.form) == (response_mode == "form_post")
    assert site.code_grant(arrival)["claims"]["aud"] == "hybrid"


@pytest.mark.parametrize("algorithm", SIGNING_ALGORITHMS)
def test_the_hashes_of_code_and_state_in_an_id_token(openid_client: MakeSite, person: Person, algorithm: str) -> None:
    using = ["hybrid", "detached"]
    site = openid_client(f"signed-{algorithm}", using=using, id_token_signed_response_alg=algorithm)
    arrival = person.visit(site.authorization_url())
    assert site.code_grant(arrival)["claims"]["aud"] == f"signed-{algorithm}"


@pytest.mark.parametrize("response_mode", ["fragment", "form_post"])
def test_the_implicit_flow(openid_client: MakeSite, person: Person, response_mode: str) -> None:
    site = openid_client("implicit", using=["implicit"])
    arrival = person.visit(site.authorization_url(response_mode=response_mode))
    assert bool(arrival.form) == (response_mode == "form_post")
    assert site.implicit(arrival)["aud"] == "implicit"


def test_a_code_by_form_post(openid_client: MakeSite, person: Person) -> None:
    site = openid_client("client_secret_basic")
    arrival = person.visit(site.authorization_url(response_mode="form_post"))
    assert {"code", "state", "iss"} <= set(arrival.form)
    assert site.code_grant(arrival)["claims"]["sub"]


def test_a_request_in_a_signed_jwt(openid_client: MakeSite, person: Person) -> None:
    site = openid_client("asks-by-jwt")
    address = site.authorization_url(signed=True)
    assert "redirect_uri" not in address
    assert site.code_grant(person.visit(address))["claims"]["aud"] == "asks-by-jwt"


@pytest.mark.parametrize(("client_id", "method"), [("none", "none"), ("private_key_jwt", "private_key_jwt")])
def test_tokens_that_are_bound_by_dpop(openid_client: MakeSite, person: Person, client_id: str, method: str) -> None:
    site = openid_client(client_id, method=method, using=["dpop"])
    # The first request has no nonce yet: the library asks again by itself.
    tokens = site.code_grant(person.visit(site.authorization_url()))
    assert tokens["token_type"] == "dpop", "the library's own spelling"
    newer = site.call("refresh", token=tokens["refresh_token"])
    told = site.call("userinfo", token=newer["access_token"], subject=tokens["claims"]["sub"])
    assert told["preferred_username"] == "zp"
    stranger = openid_client(client_id, method=method)
    with pytest.raises(LibraryError):
        stranger.call("userinfo", token=newer["access_token"], subject=tokens["claims"]["sub"])


def test_signed_userinfo(openid_client: MakeSite, person: Person) -> None:
    site = openid_client("signed-userinfo", userinfo_signed_response_alg="ES256")
    tokens = site.code_grant(person.visit(site.authorization_url()))
    told = site.call("userinfo", token=tokens["access_token"], subject=tokens["claims"]["sub"])
    assert (told["aud"], told["preferred_username"]) == ("signed-userinfo", "zp")


def test_encrypted_answers(openid_client: MakeSite, person: Person) -> None:
    site = openid_client("encrypted", using=["decrypting"], userinfo_signed_response_alg="RS256")
    tokens = site.code_grant(person.visit(site.authorization_url()))
    assert tokens["id_token"].count(".") == 4
    assert tokens["claims"]["aud"] == "encrypted"
    told = site.call("userinfo", token=tokens["access_token"], subject=tokens["claims"]["sub"])
    assert (told["aud"], told["preferred_username"]) == ("encrypted", "zp")


def test_a_device(openid_client: MakeSite, person: Person) -> None:
    site = openid_client("tv", method="none")
    device = site.call("device", parameters={"scope": "openid profile"})
    site.begin("poll", device=device)
    person.answer_device(device["verification_uri_complete"], "allow")
    tokens = site.result()
    assert person.pages[-1] == "You can go back to your device"
    told = site.call("userinfo", token=tokens["access_token"], subject=tokens["claims"]["sub"])
    assert told["preferred_username"] == "zp"


def test_a_device_that_is_not_let_in(openid_client: MakeSite, person: Person) -> None:
    site = openid_client("tv", method="none")
    device = site.call("device", parameters={"scope": "openid"})
    person.answer_device(device["verification_uri_complete"], "deny")
    with pytest.raises(LibraryError) as refused:
        site.call("poll", device=device)
    assert refused.value.told["refusal"] == "access_denied"


def test_a_client_that_acts_for_itself(openid_client: MakeSite) -> None:
    site = openid_client("machine")
    tokens = site.call("clientCredentials", parameters={"scope": "project_api"})
    assert tokens["scope"] == "project_api"
    assert "refresh_token" not in tokens
    introspected = site.call("introspect", token=tokens["access_token"])
    assert (introspected["active"], introspected["client_id"]) == (True, "machine")
