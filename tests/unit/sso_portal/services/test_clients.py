"""Clients: registered, changed, remembered by every process; agreements and claims."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sso_portal.base.errors import Refused
from sso_portal.services.client_metadata import AUTHENTICATION_METHODS, CONSENT_POLICIES, FIELDS, complete_metadata
from sso_portal.services.clients import Client
from sso_portal.services.consents import Agreement
from sso_portal.services.users import User
from sso_portal.wiring import Portal
from sso_testkit.clients import jwk_set, key_for
from sso_testkit.counting import counting

MakePortal = Callable[..., Portal]

SITE: dict[str, Any] = {"client_name": "Site", "redirect_uris": ["https://site.example.test/cb"]}


def client_of(**changes: Any) -> Client:
    """A client that is registered nowhere."""
    return Client("site", None, complete_metadata({**SITE, **changes}))


def test_defaults_are_themselves_acceptable_and_not_shared() -> None:
    metadata = complete_metadata(SITE)
    assert complete_metadata(metadata) == metadata
    metadata["grant_types"].append("x")
    assert complete_metadata(SITE)["grant_types"] == ["authorization_code", "refresh_token"]
    assert "x" not in FIELDS["grant_types"].default


@pytest.mark.parametrize("policy", CONSENT_POLICIES)
@pytest.mark.parametrize("method", AUTHENTICATION_METHODS)
def test_every_policy_goes_with_every_way_to_authenticate(policy: str, method: str) -> None:
    keys = jwk_set(key_for("ES256", "one"))
    needed: dict[str, dict[str, Any]] = {
        "private_key_jwt": {"jwks": keys},
        "self_signed_tls_client_auth": {"jwks": keys},
        "tls_client_auth": {"tls_client_auth_san_dns": "site.example.test"},
    }
    client = client_of(consent=policy, token_endpoint_auth_method=method, **needed.get(method, {}))
    assert (client.consent, client.is_public) == (policy, method == "none")


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"token_endpoint_auth_method": "none", "require_pkce": False}, "PKCE"),
        ({"redirect_uris": []}, "redirect_uris"),
        ({"grant_types": ["refresh_token"]}, "response_types"),
        ({"scope": 'a"b'}, "scope"),
        ({"scope": "中"}, "scope"),
        ({"redirect_uris": ["https://a/", "https://中/"]}, "redirect_uris"),
        ({"post_logout_redirect_uris": ["/"]}, "post_logout_redirect_uris"),
        ({"tos_uri": "com.example:/"}, "tos_uri"),
        ({"request_uris": ["com.example:/"]}, "request_uris"),
        ({"request_uris": ["https://site.example.test/" + "x" * 500]}, "512"),
        ({"contact": []}, "no such field"),
        ({"token_endpoint_auth_method": "private_key_jwt"}, "public keys"),
        ({"first_party": 1}, "true or false"),
    ],
)
def test_a_refusal_names_the_member(changes: dict[str, Any], word: str) -> None:
    with pytest.raises(Refused, match=word):
        client_of(**changes)


def test_a_client_without_redirects_may_have_no_code_grant() -> None:
    client = client_of(redirect_uris=[], grant_types=["refresh_token"], response_types=[], client_uri="")
    assert client.host == ""


def test_a_name_in_the_persons_language() -> None:
    client = client_of(**{"client_name#zh-CN": "网站"})
    assert [client.name(locale) for locale in ("zh_CN", "zh", "en", "")] == ["网站", "网站", "Site", "Site"]
    assert client_of().name("zh_CN") == "Site"


def test_where_people_come_from() -> None:
    assert client_of().host == "site.example.test"
    assert client_of(client_uri="https://www.example.test:444/x").host == "www.example.test:444"


def test_identifiers(portal: Portal) -> None:
    with portal.transaction() as unit:
        client, _ = unit.clients.add(SITE)
        assert len(client.client_id) == 22
        for bad in ("a b", "a/b", "中", "x" * 201, "a\n"):
            with pytest.raises(Refused, match="client_id"):
                unit.clients.add(SITE, client_id=bad)
        unit.clients.add(SITE, client_id="A._~-9" + "x" * 194)
        with pytest.raises(Refused, match="already"):
            unit.clients.add(SITE, client_id=client.client_id)


def test_a_new_secret_voids_the_old_one_at_once(portal: Portal) -> None:
    with portal.transaction() as unit:
        _, old = unit.clients.add(SITE, client_id="site")
        new = unit.clients.rotate_secret("site")
        client = unit.clients.stored("site")
        assert not unit.clients.secret_matches(client, str(old))
        assert unit.clients.secret_matches(client, new)
        chosen = unit.clients.rotate_secret("site", "chosen by a person")
        assert chosen == "chosen by a person"
        assert unit.clients.secret_matches(unit.clients.stored("site"), chosen)
        assert not unit.clients.secret_matches(unit.clients.stored("site"), new)


def test_a_change_is_checked_as_a_whole(portal: Portal) -> None:
    with portal.transaction() as unit:
        unit.clients.add(SITE, client_id="site")
        edited = unit.clients.edit("site", {"consent": "silent"})
        assert edited.metadata == complete_metadata({**SITE, "consent": "silent"})
        for bad in ({"client_name": ""}, {"unknown": 1}, {"redirect_uris": []}):
            with pytest.raises(Refused):
                unit.clients.edit("site", bad)
        assert unit.clients.stored("site").metadata == edited.metadata


def test_a_public_client_needs_a_secret_before_it_can_keep_one(portal: Portal) -> None:
    with portal.transaction() as unit:
        unit.clients.add({**SITE, "token_endpoint_auth_method": "none"}, client_id="app")
        with pytest.raises(Refused, match="rotate-secret"):
            unit.clients.edit("app", {"token_endpoint_auth_method": "client_secret_post"})
        unit.clients.rotate_secret("app")
        assert not unit.clients.edit("app", {"token_endpoint_auth_method": "client_secret_post"}).is_public


def test_a_client_goes(portal: Portal) -> None:
    with portal.transaction() as unit:
        unit.clients.add(SITE, client_id="site")
        assert unit.clients.find("site") is not None
        unit.clients.remove("site")
        assert unit.clients.find("site") is None
        for act in (unit.clients.remove, unit.clients.stored, unit.clients.rotate_secret):
            with pytest.raises(Refused, match="no client site"):
                act("site")


def test_clients_are_found_in_memory(portal: Portal) -> None:
    with portal.transaction() as unit:
        unit.clients.add(SITE, client_id="b")
        unit.clients.add(SITE, client_id="a")
    with portal.transaction() as unit:
        assert [client.client_id for client in unit.clients.known()] == ["a", "b"]
        with counting(portal.database) as counted:
            assert [unit.clients.find(name) is not None for name in ("a", "b", "c", "", None)] == [True] * 2 + [
                False
            ] * 3
        assert counted.statements == []


def test_what_was_rolled_back_is_forgotten(portal: Portal) -> None:
    with pytest.raises(LookupError), portal.transaction() as unit:
        unit.clients.add(SITE, client_id="site")
        assert unit.clients.find("site") is not None
        raise LookupError
    with portal.transaction() as unit:
        assert unit.clients.find("site") is None


def test_a_restarted_process_reads_what_is_there(portal: Portal, make_portal: MakePortal) -> None:
    with portal.transaction() as unit:
        unit.clients.add(SITE, client_id="site")
    with make_portal().transaction() as unit:
        assert unit.clients.find("site") is not None


def test_an_agreement_answers_what_was_asked_before() -> None:
    agreement = Agreement(frozenset({"openid", "profile"}), frozenset({"email"}))
    assert agreement.answers(["openid", "email"])
    assert agreement.answers([])
    assert not agreement.answers(["openid", "all"])
    assert agreement.granted_of(["email", "profile", "openid"]) == ["profile", "openid"]


def test_the_newest_word_on_each_scope_counts(portal: Portal, zp: User) -> None:
    now = portal.clock.now()

    def agreement(granted: set[str], declined: set[str]) -> Agreement:
        return Agreement(frozenset(granted), frozenset(declined), since=now, used_at=now)

    with portal.transaction() as unit:
        consents = unit.consents
        assert consents.find(zp.id, "site") is None
        consents.remember(zp.id, "site", ["openid", "profile"], ["email"])
        assert consents.find(zp.id, "site") == agreement({"openid", "profile"}, {"email"})
        consents.remember(zp.id, "site", ["openid", "email"], ["profile"])
        assert consents.find(zp.id, "site") == agreement({"openid", "email"}, {"profile"})
        consents.remember(zp.id, "site", ["all"], [])
        assert consents.find(zp.id, "site") == agreement({"openid", "email", "all"}, {"profile"})
        assert consents.find(zp.id, "other") is None
