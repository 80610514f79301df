"""APIs call APIs for a person: token exchange (RFC 8693)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.clients import DpopKey, add_api, api_address, exchange_token, tokens_for
from sso_testkit.clients.names import ACCESS_TOKEN_TYPE, TOKEN_EXCHANGE
from sso_testkit.refusals import error_of
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL

JWT = "urn:ietf:params:oauth:token-type:jwt"


@pytest.fixture
def first(sso: SingleSignOn) -> RelyingParty:
    """The API that the site calls; it calls the second."""
    return add_api(sso, "first", token_exchange_to=["second"])


@pytest.fixture
def second(sso: SingleSignOn) -> RelyingParty:
    """It takes JWTs, and calls the third."""
    return add_api(sso, "second", access_token_format="jwt", token_exchange_to=[api_address("third")])


@pytest.fixture
def third(sso: SingleSignOn) -> RelyingParty:
    return add_api(sso, "third", resource_scopes="openid email")


@pytest.fixture
def tokens(rp: RelyingParty, browser: Browser, first: RelyingParty) -> dict[str, Any]:
    return tokens_for(rp, browser, api_address("first"))


def session_of(site: RelyingParty, tokens: dict[str, Any]) -> str:
    """The session that the tokens came from."""
    return str(site.claims(tokens["id_token"])["sid"])


def test_a_chain_of_two(
    sso: SingleSignOn,
    rp: RelyingParty,
    first: RelyingParty,
    second: RelyingParty,
    third: RelyingParty,
    tokens: dict[str, Any],
) -> None:
    one = exchange_token(first, tokens["access_token"], resource=api_address("second"), requested_token_type=JWT)
    assert one.json == {
        "access_token": one.json["access_token"],
        "issued_token_type": JWT,
        "token_type": "Bearer",
        "expires_in": 300,
        "scope": "openid profile email",
    }
    claims = first.claims(one.json["access_token"])
    assert (claims["aud"], claims["client_id"], claims["act"]) == (api_address("second"), "first", {"sub": "first"})
    about = rp.claims(tokens["id_token"])
    for name in ("sub", "sid", "auth_time", "acr", "amr"):
        assert claims[name] == about[name], name
    two = exchange_token(second, one.json["access_token"], audience="third", scope="email", subject_token_type=JWT).json
    assert (two["issued_token_type"], two["scope"], "refresh_token" in two) == (ACCESS_TOKEN_TYPE, "email", False)
    told = third.introspect(two["access_token"]).json
    assert told["act"] == {"sub": "second", "act": {"sub": "first"}}
    assert (told["client_id"], told["aud"], told["sub"]) == ("second", ["third"], about["sub"])
    assert first.introspect(two["access_token"]).json == {"active": False}
    assert error_of(second.userinfo(two["access_token"]), 401) == "invalid_token"


def test_the_only_target_need_not_be_named(first: RelyingParty, second: RelyingParty, tokens: dict[str, Any]) -> None:
    answer = exchange_token(first, tokens["access_token"]).json
    assert (answer["issued_token_type"], first.claims(answer["access_token"])["aud"]) == (ACCESS_TOKEN_TYPE, "second")


def test_it_lives_no_longer_than_what_it_came_from(
    sso: SingleSignOn, first: RelyingParty, second: RelyingParty, third: RelyingParty, tokens: dict[str, Any]
) -> None:
    sso.clock.advance(3600 - 20)
    one = exchange_token(first, tokens["access_token"]).json
    assert one["expires_in"] == 20
    assert first.claims(one["access_token"])["exp"] == sso.clock.now() + 20
    sso.clock.advance(15)
    assert exchange_token(second, one["access_token"]).json["expires_in"] == 5
    sso.clock.advance(5)
    assert second.introspect(one["access_token"]).json == {"active": False}
    assert error_of(exchange_token(first, tokens["access_token"])) == "invalid_request"


@pytest.mark.parametrize(
    "end", ["sign-out", "family", "access token", "link", "disabled", "site removed", "everywhere"]
)
def test_it_ends_with_what_it_came_from(
    sso: SingleSignOn,
    rp: RelyingParty,
    browser: Browser,
    first: RelyingParty,
    second: RelyingParty,
    third: RelyingParty,
    tokens: dict[str, Any],
    end: str,
) -> None:
    one = exchange_token(first, tokens["access_token"]).json["access_token"]
    two = exchange_token(second, one).json["access_token"]
    assert third.introspect(two).json["active"] is True
    if end == "sign-out":
        with sso.portal.transaction() as unit:
            unit.sign_outs.end(session_of(rp, tokens), "signed_out")
    elif end == "family":
        rp.revoke(tokens["refresh_token"])
    elif end == "access token":
        rp.revoke(tokens["access_token"])
    elif end == "link":
        first.revoke(one)
    with sso.portal.transaction() as unit:
        zp = unit.users.by_username("zp")
        if end == "disabled":
            unit.users.set_enabled(zp, False)
        elif end == "site removed":
            unit.clients.remove("first")
        elif end == "everywhere":
            unit.sign_outs.end_all_of(zp, "ended_by_administrator")
    assert second.introspect(one).json == {"active": False}
    if end != "site removed":
        assert third.introspect(two).json == {"active": False}
    assert error_of(exchange_token(second, one)) == "invalid_request"


def test_with_offline_access_it_goes_on_after_the_sign_out(
    sso: SingleSignOn,
    register: Callable[..., RelyingParty],
    browser: Browser,
    first: RelyingParty,
    second: RelyingParty,
) -> None:
    site = register("offline", scope="openid offline_access")
    tokens = tokens_for(site, browser, api_address("first"), scope="openid offline_access")
    with sso.portal.transaction() as unit:
        unit.sign_outs.end(session_of(site, tokens), "signed_out")
    one = exchange_token(first, tokens["access_token"]).json["access_token"]
    assert second.introspect(one).json["active"] is True
    site.revoke(tokens["refresh_token"])
    assert second.introspect(one).json == {"active": False}


def test_a_token_without_a_person_is_exchanged_too(
    sso: SingleSignOn, first: RelyingParty, second: RelyingParty
) -> None:
    machine = RelyingParty.register(sso, "machine", grant_types=["client_credentials"], response_types=[], scope="all")
    own = machine.token(grant_type="client_credentials", resource=api_address("first")).json["access_token"]
    claims = first.claims(exchange_token(first, own).json["access_token"])
    assert (claims["sub"], claims["act"], claims["scope"]) == ("first", {"sub": "first"}, "all")


def test_an_actor_token_says_again_who_acts(
    rp: RelyingParty, first: RelyingParty, second: RelyingParty, tokens: dict[str, Any]
) -> None:
    subject = tokens["access_token"]
    own = first.token(grant_type="client_credentials").json["access_token"]
    good = exchange_token(first, subject, actor_token=own, actor_token_type=ACCESS_TOKEN_TYPE)
    assert first.claims(good.json["access_token"])["act"] == {"sub": "first"}
    other = second.token(grant_type="client_credentials", resource=api_address("first")).json["access_token"]
    for actor in (other, subject, tokens["refresh_token"], tokens["id_token"], "made up"):
        assert (
            error_of(exchange_token(first, subject, actor_token=actor, actor_token_type=ACCESS_TOKEN_TYPE))
            == "invalid_request"
        )
    assert error_of(exchange_token(first, subject, actor_token=own)) == "invalid_request"
    assert error_of(exchange_token(first, subject, actor_token_type=ACCESS_TOKEN_TYPE)) == "invalid_request"


def test_what_may_not_be_exchanged(
    sso: SingleSignOn,
    rp: RelyingParty,
    register: Callable[..., RelyingParty],
    browser: Browser,
    first: RelyingParty,
    second: RelyingParty,
    tokens: dict[str, Any],
) -> None:
    mine, elsewhere = tokens["access_token"], tokens_for(rp, browser, api_address("second"))["access_token"]
    nowhere = rp.redeem(rp.code(browser)).json["access_token"]
    for foreign in (elsewhere, nowhere, tokens["refresh_token"], tokens["id_token"], "made up", "x" * 50_000):
        assert error_of(exchange_token(first, foreign)) == "invalid_request", foreign[:40]
    kinds = {
        "subject_token_type": ["", "access_token", "urn:ietf:params:oauth:token-type:refresh_token", JWT],
        "requested_token_type": ["urn:ietf:params:oauth:token-type:id_token", "x"],
        "subject_token": [""],
    }
    for name, values in kinds.items():
        for value in values:
            assert error_of(exchange_token(first, mine, **{name: value})) == "invalid_request", (name, value)
    assert error_of(exchange_token(first, mine, scope="openid all")) == "invalid_scope"
    for target in ("first", api_address("first"), "rp", PORTAL, "https://nobody.test/", f"{api_address('second')}#x"):
        assert error_of(exchange_token(first, mine, resource=target)) == "invalid_target", target
        assert error_of(exchange_token(first, mine, audience=target)) == "invalid_target", target
    assert error_of(exchange_token(first, mine, resource=[api_address("second"), "first"])) == "invalid_target"
    assert exchange_token(first, mine, resource=api_address("second"), audience="second").status_int == 200


def test_who_may_not_exchange(
    sso: SingleSignOn, rp: RelyingParty, browser: Browser, first: RelyingParty, tokens: dict[str, Any]
) -> None:
    assert error_of(exchange_token(rp, tokens["access_token"])) == "unauthorized_client"
    first.secret = "wrong"
    assert error_of(exchange_token(first, tokens["access_token"]), 401) == "invalid_client"
    idle = add_api(sso, "idle", token_exchange_to=[])
    subject = tokens_for(rp, browser, api_address("idle"))["access_token"]
    assert error_of(exchange_token(idle, subject)) == "invalid_target"
    assert error_of(exchange_token(idle, subject, resource="first")) == "invalid_target"


def test_nobody_acts_twice_and_no_chain_is_long(sso: SingleSignOn, rp: RelyingParty, browser: Browser) -> None:
    names = [f"link{number}" for number in range(7)]
    links = [add_api(sso, name, token_exchange_to=[*names, "link0"]) for name in names]
    token = tokens_for(rp, browser, api_address("link0"))["access_token"]
    back = exchange_token(
        links[1], exchange_token(links[0], token, resource="link1").json["access_token"], resource="link0"
    )
    assert error_of(exchange_token(links[0], back.json["access_token"], resource="link2")) == "invalid_request"
    for here, there in zip(links[:5], names[1:6], strict=True):
        token = exchange_token(here, token, resource=there).json["access_token"]
    refused = exchange_token(links[5], token, resource="link6")
    assert (error_of(refused), "5" in refused.json["error_description"]) == ("invalid_request", True)
    assert links[5].introspect(token).json["active"] is True


def test_public_clients_are_not_registered_for_it(sso: SingleSignOn) -> None:
    with pytest.raises(Exception, match="can prove who they are"):
        add_api(sso, "page", token_endpoint_auth_method="none", grant_types=[TOKEN_EXCHANGE])


def test_the_new_token_is_bound_to_the_key_of_who_exchanges(
    sso: SingleSignOn, first: RelyingParty, second: RelyingParty, tokens: dict[str, Any]
) -> None:
    key = DpopKey(sso)
    form = {
        "grant_type": TOKEN_EXCHANGE,
        "subject_token": tokens["access_token"],
        "subject_token_type": ACCESS_TOKEN_TYPE,
    }
    form |= {"client_id": "first", "client_secret": str(first.secret)}
    answer = key.call(first.http(), f"{PORTAL}/o/token/", form).json
    bound = {"jkt": key.thumbprint}
    assert (answer["token_type"], first.claims(answer["access_token"])["cnf"]) == ("DPoP", bound)
    assert second.introspect(answer["access_token"]).json["cnf"] == bound
