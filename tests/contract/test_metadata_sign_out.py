"""What the metadata promises about signing out: each promise, kept."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
import webtest

from sso_portal.base.jose import SIGNING_ALGORITHMS
from sso_testkit import Browser, SingleSignOn
from sso_testkit.clients import EncryptionKey, listen_for_sign_outs
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL

PROMISES = (
    "backchannel_logout_supported",
    "backchannel_logout_session_supported",
    "frontchannel_logout_supported",
    "frontchannel_logout_session_supported",
)
Register = Callable[..., RelyingParty]


@pytest.fixture
def document(sso: SingleSignOn) -> dict[str, Any]:
    return dict(webtest.TestApp(sso.world).get(f"{PORTAL}/.well-known/openid-configuration").json)


def sign_out(browser: Browser) -> None:
    """Sign out at the portal."""
    browser.open(f"{PORTAL}/o/logout/")
    browser.submit(browser.page.forms[0], "decision", "sign_out")


def head_of(token: str) -> dict[str, Any]:
    """The header of a token."""
    head = token.partition(".")[0]
    return dict(json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4))))


def test_every_promise_is_made(document: dict[str, Any]) -> None:
    assert {name for name in document if "channel_logout" in name} == set(PROMISES)
    assert all(document[name] is True for name in PROMISES)


@pytest.mark.parametrize("algorithm", SIGNING_ALGORITHMS)
def test_logout_tokens_are_signed_as_id_tokens_are(browser: Browser, register: Register, algorithm: str) -> None:
    shop = register("shop", id_token_signed_response_alg=algorithm)
    listener = listen_for_sign_outs(shop)
    id_token = shop.redeem(shop.code(browser)).json["id_token"]
    sign_out(browser)
    (token,) = listener.tokens
    head = head_of(token)
    assert (head["alg"], head["typ"]) == (algorithm, "logout+jwt")
    assert head["kid"] == head_of(id_token)["kid"]
    known, told = shop.claims(id_token), shop.claims(token)
    assert (told["sid"], told["sub"], told["aud"]) == (known["sid"], known["sub"], "shop")
    assert "nonce" not in told


def test_logout_tokens_are_encrypted_as_id_tokens_are(browser: Browser, register: Register) -> None:
    key = EncryptionKey("RSA-OAEP-256")
    encryption = {"id_token_encrypted_response_alg": "RSA-OAEP-256", "id_token_encrypted_response_enc": "A256GCM"}
    shop = register("shop", jwks=key.jwks, **encryption)
    listener = listen_for_sign_outs(shop)
    shop.code(browser)
    sign_out(browser)
    (token,) = listener.tokens
    assert token.count(".") == 4, "five parts: it is encrypted"
    inside = key.decrypt(token)
    assert head_of(inside)["typ"] == "logout+jwt"
    assert shop.claims(inside)["aud"] == "shop"


def test_pairwise_sites_hear_of_people_by_their_own_names(browser: Browser, register: Register) -> None:
    shop, plain = register("shop", subject_type="pairwise"), register("plain")
    listener = listen_for_sign_outs(shop)
    subjects = [rp.claims(rp.redeem(rp.code(browser)).json["id_token"])["sub"] for rp in (shop, plain)]
    sign_out(browser)
    (token,) = listener.tokens
    assert shop.claims(token)["sub"] == subjects[0] != subjects[1]


@pytest.mark.parametrize("required", [False, True])
def test_frames_name_issuer_and_session_whether_demanded_or_not(
    browser: Browser, register: Register, required: bool
) -> None:
    uri = "https://shop.example.test/bye"
    shop = register("shop", frontchannel_logout_uri=uri, frontchannel_logout_session_required=required)
    sid = shop.claims(shop.redeem(shop.code(browser)).json["id_token"])["sid"]
    sign_out(browser)
    (frame,) = browser.page.html.find_all("iframe")
    assert frame["src"] == f"{uri}?iss=https%3A%2F%2Fportal.example.test&sid={sid}"


def test_sites_that_register_themselves_say_where_they_hear_of_sign_outs(
    make_sso: Callable[..., SingleSignOn],
) -> None:
    sso = make_sso({"sso.registration.mode": "open"})
    members = {
        "backchannel_logout_uri": "https://shop.example.test/back",
        "backchannel_logout_session_required": True,
        "frontchannel_logout_uri": "https://shop.example.test/front",
        "frontchannel_logout_session_required": True,
        "post_logout_redirect_uris": ["https://shop.example.test/"],
    }
    sent = {"client_name": "Shop", "redirect_uris": ["https://shop.example.test/cb"], **members}
    told = webtest.TestApp(sso.world).post_json(f"{PORTAL}/o/register/", sent, status=201).json
    assert {name: told[name] for name in members} == members


def test_the_session_activity_endpoint_is_where_the_document_says(
    sso: SingleSignOn, browser: Browser, rp: RelyingParty, document: dict[str, Any]
) -> None:
    assert document["session_activity_endpoint"] == f"{PORTAL}/o/session_activity/"
    sid = rp.claims(rp.redeem(rp.code(browser)).json["id_token"])["sid"]
    form = {"client_id": "rp", "client_secret": rp.secret, "activity": json.dumps({sid: 0}), "since": "0"}
    answer = rp.http().post(document["session_activity_endpoint"], form)
    now = sso.clock.now()
    assert answer.json == {
        "now": now,
        "sessions": {sid: {"idle_expires_at": now + 7_200, "expires_at": now + 43_200}},
        "ended": [],
        "more": False,
    }
