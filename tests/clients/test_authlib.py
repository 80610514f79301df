"""Authlib: discovery, the code flow, its tokens, and the grants without a browser."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
import requests
from authlib.integrations.base_client import OAuthError
from authlib.oauth2 import OAuth2Error
from joserfc.jwk import ECKey

from sso_portal.base.jose import SIGNING_ALGORITHMS
from sso_testkit.clients.names import DEVICE_CODE
from tests.support.authlib_site import AuthlibSite
from tests.support.person import Person

METHODS = ("client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt", "none")
MakeSite = Callable[..., AuthlibSite]


@pytest.mark.parametrize("method", METHODS)
def test_the_whole_life_of_a_sign_in(authlib_site: MakeSite, signing_key: ECKey, person: Person, method: str) -> None:
    site = authlib_site(method, method=method, key=signing_key if method == "private_key_jwt" else None)
    tokens, claims = site.code_grant(person.visit(site.authorization_url()))
    told = site.userinfo(tokens)
    assert (told["sub"], told["preferred_username"]) == (claims["sub"], "zp")

    with site.session() as session:
        fresh = session.refresh_token(refresh_token=tokens["refresh_token"])
        assert fresh["refresh_token"] != tokens["refresh_token"]
        assert site.verified(fresh)["sub"] == claims["sub"]
        if method != "none":
            introspected = session.introspect_token(
                site.discovered["introspection_endpoint"], token=fresh["access_token"]
            ).json()
            assert (introspected["active"], introspected["sub"]) == (True, claims["sub"])
        revoked = session.revoke_token(site.discovered["revocation_endpoint"], token=fresh["refresh_token"])
        assert revoked.status_code == 200, revoked.text
        with pytest.raises(OAuthError, match="invalid_grant"):
            session.refresh_token(refresh_token=fresh["refresh_token"])
    with pytest.raises(requests.HTTPError, match="401"):
        site.userinfo(fresh)


# joserfc recommends the newer names of RFC 9864.
@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
@pytest.mark.parametrize("algorithm", SIGNING_ALGORITHMS)
def test_id_tokens_of_every_signature_are_verified(authlib_site: MakeSite, person: Person, algorithm: str) -> None:
    site = authlib_site(f"signed-{algorithm}")
    _, claims = site.code_grant(person.visit(site.authorization_url()))
    assert claims["aud"] == f"signed-{algorithm}"
    assert claims["at_hash"]


def test_a_refusal_is_told_as_such(authlib_site: MakeSite, person: Person) -> None:
    site = authlib_site("client_secret_basic", secret="wrong")
    arrival = person.visit(site.authorization_url())
    with pytest.raises(OAuthError, match="invalid_client"):
        site.code_grant(arrival)


def test_a_state_of_another_request_is_noticed(authlib_site: MakeSite, person: Person) -> None:
    site = authlib_site("client_secret_basic")
    arrival = person.visit(site.authorization_url())
    site.authorization_url()
    with pytest.raises(OAuth2Error, match="mismatching_state"):
        site.code_grant(arrival)


def test_a_client_that_acts_for_itself(authlib_site: MakeSite) -> None:
    tokens = authlib_site("machine").fetch_token(grant_type="client_credentials", scope="project_api")
    assert tokens["scope"] == "project_api"
    assert "refresh_token" not in tokens


def test_a_password(authlib_site: MakeSite) -> None:
    site = authlib_site("mobile")
    tokens = site.fetch_token(username="zp", password="penadmin", scope="openid profile")
    assert site.userinfo(tokens)["preferred_username"] == "zp"
    with pytest.raises(OAuthError, match="invalid_grant"):
        site.fetch_token(username="zp", password="not hers", scope="openid")


def test_a_device(authlib_site: MakeSite, person: Person) -> None:
    site = authlib_site("tv", method="none")
    with site.session() as session:
        device = session.post(
            site.discovered["device_authorization_endpoint"],
            data={"client_id": "tv", "scope": "openid profile"},
            withhold_token=True,
        ).json()
        poll = {"grant_type": DEVICE_CODE, "device_code": device["device_code"]}
        with pytest.raises(OAuthError, match="authorization_pending"):
            session.fetch_token(**poll)
        polled = time.monotonic()
        person.answer_device(device["verification_uri_complete"], "allow")
        time.sleep(max(0, polled + device["interval"] - time.monotonic()))
        tokens = session.fetch_token(**poll)
    assert site.verified(tokens)["sub"] == site.userinfo(tokens)["sub"]
