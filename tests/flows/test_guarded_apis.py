"""APIs behind the kit's guard, at the real portal: what a site may do there, and when that ends."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest
import webtest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.clients import DpopKey, access_token_hash, header_of, tokens_for
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL
from tests.support.guarded_apis import LESSONS, VIDEOS, WorldApi, add_guarded_api

FORMATS = ("opaque", "jwt")


@pytest.fixture
def lessons(sso: SingleSignOn) -> WorldApi:
    """It asks the portal about tokens, and calls the videos."""
    return add_guarded_api(sso, "lessons", LESSONS, calls=VIDEOS, token_exchange_to=["videos"])


@pytest.fixture
def videos(sso: SingleSignOn) -> WorldApi:
    """It checks tokens by the portal's keys."""
    own = {"guard.check": "jwt"}
    return add_guarded_api(sso, "videos", VIDEOS, settings=own, access_token_format="jwt")


@pytest.fixture
def apis(lessons: WorldApi, videos: WorldApi) -> dict[str, WorldApi]:
    return {"opaque": lessons, "jwt": videos}


def token_for(rp: RelyingParty, browser: Browser, api: WorldApi, **changes: str | None) -> str:
    return str(tokens_for(rp, browser, api.address, **changes)["access_token"])


def test_a_site_calls_for_a_person(rp: RelyingParty, browser: Browser, lessons: WorldApi, videos: WorldApi) -> None:
    opaque, signed = token_for(rp, browser, lessons), token_for(rp, browser, videos)
    assert (opaque.count("."), signed.count(".")) == (0, 2)
    by_asking, by_keys = lessons.get(opaque), videos.get(signed)
    assert (by_asking.status_int, by_keys.status_int) == (200, 200)
    assert by_asking.json["username"] == "zp"
    assert by_asking.json["subject"] == by_keys.json["subject"]
    for told in (by_asking.json, by_keys.json):
        assert (told["client_id"], told["is_person"], told["act"]) == ("rp", True, None)
        assert told["scopes"] == ["email", "openid", "profile"]
    assert lessons.get(signed).status_int == videos.get(opaque).status_int == 401, "each is for one API only"


@pytest.mark.parametrize("kind", FORMATS)
def test_without_a_token_one_learns_where_to_get_it(sso: SingleSignOn, apis: dict[str, WorldApi], kind: str) -> None:
    api = apis[kind]
    answer = api.get(path="/profile")
    where = f"{api.address}/.well-known/oauth-protected-resource"
    assert answer.status_int == 401
    assert f'resource_metadata="{where}"' in answer.headers["WWW-Authenticate"]
    assert 'scope="profile"' in answer.headers["WWW-Authenticate"]
    http = webtest.TestApp(sso.world)
    document = http.get(where).json
    (server,) = document["authorization_servers"]
    assert (document["resource"], server) == (api.address, PORTAL)
    assert (
        document["resource"] in http.get(f"{server}/.well-known/oauth-authorization-server").json["protected_resources"]
    )
    assert api.get(path="/health").json == {"public": True}


@pytest.mark.parametrize("kind", FORMATS)
def test_a_narrower_scope(rp: RelyingParty, browser: Browser, apis: dict[str, WorldApi], kind: str) -> None:
    token = token_for(rp, browser, apis[kind], scope="openid profile")
    assert apis[kind].get(token, "/profile").status_int == 200
    refused = apis[kind].get(token, "/mail")
    assert (refused.status_int, refused.json["error"], refused.json["scope"]) == (403, "insufficient_scope", "email")


@pytest.mark.parametrize("kind", FORMATS)
def test_other_tokens_of_the_site_open_nothing(
    rp: RelyingParty, browser: Browser, apis: dict[str, WorldApi], kind: str
) -> None:
    tokens = tokens_for(rp, browser, apis[kind].address)
    everywhere = rp.redeem(rp.code(browser)).json["access_token"]
    for wrong in (tokens["id_token"], tokens["refresh_token"], everywhere):
        assert apis[kind].get(wrong).status_int == 401
    assert apis[kind].get(tokens["access_token"]).status_int == 200


def test_a_token_for_nobody_in_particular_where_that_is_wanted(
    sso: SingleSignOn, rp: RelyingParty, browser: Browser
) -> None:
    open_to_all = add_guarded_api(sso, "lessons", LESSONS, settings={"guard.any_audience": "true"})
    assert open_to_all.get(rp.redeem(rp.code(browser)).json["access_token"]).json["username"] == "zp"


def test_a_site_that_speaks_for_itself(register: Callable[..., RelyingParty], apis: dict[str, WorldApi]) -> None:
    job = register("night-job", grant_types=["client_credentials"], response_types=[], scope="all")
    for api in apis.values():
        token = job.token(grant_type="client_credentials", resource=api.address).json["access_token"]
        told = api.get(token).json
        assert (told["subject"], told["is_person"], told["scopes"]) == ("night-job", False, ["all"])


def test_the_apis_name_is_as_good_as_its_address(rp: RelyingParty, browser: Browser, apis: dict[str, WorldApi]) -> None:
    for name, api in (("lessons", apis["opaque"]), ("videos", apis["jwt"])):
        assert api.get(tokens_for(rp, browser, name)["access_token"]).status_int == 200


# When it ends ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["revoked", "disabled", "signed out", "removed"])
def test_an_opaque_token_is_out_within_ten_seconds(
    sso: SingleSignOn, rp: RelyingParty, browser: Browser, lessons: WorldApi, end: str
) -> None:
    token = token_for(rp, browser, lessons)
    assert lessons.get(token).status_int == 200
    with sso.portal.transaction() as unit:
        zp = unit.users.by_username("zp")
        if end == "disabled":
            unit.users.set_enabled(zp, False)
        elif end == "signed out":
            unit.sign_outs.end_all_of(zp, "ended_by_administrator")
        elif end == "removed":
            unit.clients.remove("rp")
    if end == "revoked":
        rp.revoke(token)
    sso.clock.advance(10)
    refused = lessons.get(token)
    assert (refused.status_int, refused.json["error"]) == (401, "invalid_token")


def test_a_signed_one_lives_to_its_end(sso: SingleSignOn, rp: RelyingParty, browser: Browser, videos: WorldApi) -> None:
    token = token_for(rp, browser, videos)
    rp.revoke(token)
    assert videos.get(token).status_int == 200
    sso.clock.advance(300 + 29)
    assert videos.get(token).status_int == 200, "the clocks may be apart"
    sso.clock.advance(1)
    assert videos.get(token).status_int == 401


def test_an_api_that_takes_signed_tokens_and_asks_all_the_same(
    sso: SingleSignOn, rp: RelyingParty, browser: Browser
) -> None:
    own = {"guard.check": "introspection", "guard.cache_seconds": "0"}
    api = add_guarded_api(sso, "careful", "https://careful.example.test", settings=own, access_token_format="jwt")
    token = token_for(rp, browser, api)
    assert api.get(token).json["username"] == "zp"
    rp.revoke(token)
    assert api.get(token).status_int == 401


def test_the_portals_keys_change(sso: SingleSignOn, rp: RelyingParty, browser: Browser, videos: WorldApi) -> None:
    assert videos.get(token_for(rp, browser, videos)).status_int == 200
    with sso.portal.transaction() as unit:
        before = {key.kid for key in unit.keys.all()}
        unit.keys.rotate()
    token = token_for(rp, browser, videos)
    assert header_of(token)["kid"] not in before
    assert videos.get(token).status_int == 200


def test_the_portal_is_away(sso: SingleSignOn, rp: RelyingParty, browser: Browser, apis: dict[str, WorldApi]) -> None:
    tokens = {kind: token_for(rp, browser, api) for kind, api in apis.items()}
    assert apis["jwt"].get(tokens["jwt"]).status_int == 200
    sso.world.take_down(PORTAL)
    assert apis["jwt"].get(tokens["jwt"]).status_int == 200, "it knows the keys"
    refused = apis["opaque"].get(tokens["opaque"])
    assert (refused.status_int, refused.headers["Retry-After"]) == (503, "2")
    sso.world.bring_up(PORTAL)
    sso.clock.advance(2)
    assert apis["opaque"].get(tokens["opaque"]).status_int == 200


# Bound tokens ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", FORMATS)
def test_a_bound_token(
    sso: SingleSignOn, rp: RelyingParty, browser: Browser, apis: dict[str, WorldApi], kind: str
) -> None:
    api, key, thief = apis[kind], DpopKey(sso), DpopKey(sso, "thief")
    token = rp.redeem(rp.code(browser, resource=api.address), dpop=key).json["access_token"]

    def proof(owner: DpopKey, **changes: Any) -> str:
        return owner.proof(
            owner.claims("GET", f"{api.address}/profile", ath=access_token_hash(token), nonce=None, **changes)
        )

    good = proof(key)
    assert api.get(token, "/profile", scheme="DPoP", DPoP=good).status_int == 200
    for refused in (
        api.get(token, "/profile", scheme="DPoP", DPoP=good),
        api.get(token, "/profile", scheme="DPoP", DPoP=proof(thief)),
        api.get(token, "/profile", scheme="DPoP"),
        api.get(token, "/profile", DPoP=proof(key)),
        api.get(token, "/profile"),
        api.get(token, "/mail", scheme="DPoP", DPoP=proof(key)),
    ):
        assert refused.status_int == 401
        assert "DPoP " in refused.headers["WWW-Authenticate"]


@pytest.mark.parametrize("algorithm", ["ES256", "RS256", "PS256", "EdDSA"])
def test_every_algorithm_that_the_portal_knows(
    sso: SingleSignOn, rp: RelyingParty, browser: Browser, algorithm: str
) -> None:
    name = f"api-{algorithm.lower()}"
    more = {"access_token_format": "jwt", "access_token_signed_response_alg": algorithm}
    api, key = add_guarded_api(sso, name, f"https://{name}.example.test", **more), DpopKey(sso, "any", algorithm)
    token = rp.redeem(rp.code(browser, resource=api.address), dpop=key).json["access_token"]
    proof = key.proof(key.claims("GET", f"{api.address}/", ath=access_token_hash(token), nonce=None))
    assert api.get(token, scheme="DPoP", DPoP=proof).status_int == 200


# The next API -------------------------------------------------------------------------------------------------------


def test_an_api_calls_the_next_one_for_the_person(
    rp: RelyingParty, browser: Browser, lessons: WorldApi, videos: WorldApi
) -> None:
    token = token_for(rp, browser, lessons)
    called = lessons.get(token, "/next?profile").json
    assert called["status"] == 200
    told = called["told"]
    assert (told["client_id"], told["act"], told["scopes"]) == ("lessons", {"sub": "lessons"}, ["profile"])
    assert told["subject"] == lessons.get(token).json["subject"]
    assert lessons.get(token, "/next").json["told"]["scopes"] == ["email", "openid", "profile"]


def test_it_asks_the_portal_once(
    sso: SingleSignOn, rp: RelyingParty, browser: Browser, lessons: WorldApi, videos: WorldApi
) -> None:
    token, exchanges = token_for(rp, browser, lessons), []
    sso.world.interceptors.append(
        lambda request, go_on: (
            (exchanges.append(request.url), go_on(request))[1]
            if str(request.url).endswith("/o/token/")
            else go_on(request)
        )
    )
    for _ in range(3):
        assert lessons.get(token, "/next").status_int == 200
    assert len(exchanges) == 1
    sso.clock.advance(270)
    assert lessons.get(token, "/next").status_int == 200
    assert len(exchanges) == 2


def test_it_cannot_ask_for_more_than_it_was_given(
    sso: SingleSignOn, rp: RelyingParty, browser: Browser, lessons: WorldApi, videos: WorldApi
) -> None:
    narrow = token_for(rp, browser, lessons, scope="openid profile")
    refused = lessons.get(narrow, "/next?email")
    assert (refused.status_int, refused.json["scope"]) == (403, "email")
    revoked = token_for(rp, browser, lessons)
    assert lessons.get(revoked).status_int == 200
    rp.revoke(revoked)
    assert lessons.get(revoked, "/next").json["error"] == "invalid_token", "the portal knows it before the API does"
    sso.edit_client("lessons", token_exchange_to=[])
    assert lessons.get(token_for(rp, browser, lessons), "/next").status_int == 503, "for its operator to see to"


# The log ------------------------------------------------------------------------------------------------------------


def test_the_log_names_the_person_and_the_site(
    rp: RelyingParty, browser: Browser, lessons: WorldApi, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "sso_client.guard")
    token = token_for(rp, browser, lessons)
    lessons.get(token, "/profile?page=1")
    lessons.get("made.up.token", "/profile")
    assert [record.getMessage() for record in caplog.records if record.name == "sso_client.guard"] == [
        "method=GET path=/profile status=200 username=zp client_id=rp error=-",
        "method=GET path=/profile status=401 username=- client_id=- error=invalid_token",
    ]
    assert token not in caplog.text
