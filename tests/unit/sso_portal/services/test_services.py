"""Services over a real database."""

from __future__ import annotations

from typing import Any

import pytest

from sso_portal.base.errors import KeysUnreadable, Refused
from sso_portal.services.client_metadata import FIELDS, complete_metadata, parse_assignment
from sso_portal.services.sign_in import ladder
from sso_portal.settings import load_settings
from sso_portal.storage.database import Database
from sso_portal.wiring import Portal
from sso_testkit.clock import MovableClock

SITE: dict[str, Any] = {"client_name": "Site", "redirect_uris": ["https://site.example.test/cb"]}


def portal_over(database: Database, clock: MovableClock, secret: str = "s" * 32) -> Portal:
    settings = {
        "sso.web.issuer": "https://portal.example.test",
        "sso.storage.url": database.url,
        "sso.security.secret": secret,
        "sso.security.argon2_time_cost": "1",
        "sso.security.argon2_memory_kib": "64",
    }
    return Portal(load_settings(settings, {}), clock)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def portal(database: Database, clock: MovableClock) -> Any:
    portal = portal_over(database, clock)
    yield portal
    portal.close()


@pytest.mark.parametrize("name", ["Zp", " zp ", "ZP", "Ｚｐ"])
def test_a_user_name_is_one_however_it_is_written(portal: Portal, name: str) -> None:
    with portal.transaction() as unit:
        unit.users.add("zp", email="zp@example.test", password="penadmin")
        assert unit.users.by_username(name) is not None
        with pytest.raises(Refused, match="already"):
            unit.users.add(name, email="zp@example.test", password="penadmin")


@pytest.mark.parametrize(
    "fields",
    [
        {"username": ""},
        {"username": " "},
        {"username": "a\x00b"},
        {"username": "a\nb"},
        {"username": "x" * 151},
        {"email": "nobody"},
        {"email": "a b@c.d"},
        {"password": "1234567"},
        {"password": "x" * 1025},
        {"password_hash": "md5:abc"},
    ],
)
def test_people_who_cannot_be_added(portal: Portal, fields: dict[str, str]) -> None:
    given: dict[str, Any] = {"username": "a", "email": "a@b.cd", "password": "long enough", **fields}
    with portal.transaction() as unit, pytest.raises(Refused):
        unit.users.add(given.pop("username"), **given)


def test_a_stronger_hash_replaces_a_weaker_one_at_sign_in(
    portal: Portal, database: Database, clock: MovableClock
) -> None:
    with portal.transaction() as unit:
        unit.users.add("zp", email="zp@example.test", password="penadmin")
        before = unit.users.prepare_check("zp").stored
    settings = {
        "sso.web.issuer": "https://portal.example.test",
        "sso.storage.url": database.url,
        "sso.security.secret": "s" * 32,
        "sso.security.argon2_time_cost": "2",
        "sso.security.argon2_memory_kib": "64",
    }
    stronger = Portal(load_settings(settings, {}), clock)
    with stronger.transaction() as unit:
        prepared = unit.users.prepare_check("zp")
        assert unit.users.check(prepared, "penadmin") is not None
        unit.users.refresh_hash(prepared, "penadmin")
        after = unit.users.prepare_check("zp").stored
        assert after != before
        assert unit.users.check(unit.users.prepare_check("zp"), "penadmin") is not None
    stronger.close()


def test_the_ladder() -> None:
    assert list(ladder(3, 10, 900, 1).pauses) == [0, 0, 0, 2, 4, 8, 16, 32, 60, 900]
    assert list(ladder(1, 2, 5, 1).pauses) == [0, 5]


def test_metadata_is_completed_with_defaults() -> None:
    metadata = complete_metadata(SITE)
    assert set(metadata) == set(FIELDS)
    assert metadata["consent"] == "once"
    assert metadata["require_pkce"] is True
    assert metadata["id_token_signed_response_alg"] == "RS256", "OpenID Connect Registration, section 2"


@pytest.mark.parametrize(
    "changes",
    [
        {"client_name": " "},
        {"client_name": 1},
        {"redirect_uris": "https://a/"},
        {"redirect_uris": [1]},
        {"redirect_uris": []},
        {"first_party": "true"},
        {"client_uri": "javascript:alert(1)"},
        {"logo_uri": "ftp://x/"},
        {"grant_types": ["refresh_token"]},
        {"response_types": ["token"]},
        {"token_endpoint_auth_method": "magic"},
        {"id_token_signed_response_alg": "none"},
        {"unknown": 1},
    ],
)
def test_metadata_that_cannot_be(changes: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        complete_metadata({**SITE, **changes})


def test_assignments() -> None:
    assert parse_assignment("first_party=true") == ("first_party", True)
    assert parse_assignment("client_name=a=b") == ("client_name", "a=b")
    assert parse_assignment('redirect_uris=["https://a/"]') == ("redirect_uris", ["https://a/"])
    assert parse_assignment("redirect_uris=https://a/ https://b/") == ("redirect_uris", ["https://a/", "https://b/"])
    for bad in ("nonsense", "nothing=1", "first_party=yes", "redirect_uris=[1"):
        with pytest.raises(Refused):
            parse_assignment(bad)


def test_drawn_and_chosen_client_secrets(portal: Portal) -> None:
    with portal.transaction() as unit:
        drawn, secret = unit.clients.add(SITE, client_id="drawn")
        chosen, _ = unit.clients.add(SITE, client_id="chosen", secret="1")
        public, none = unit.clients.add({**SITE, "token_endpoint_auth_method": "none"}, client_id="public")
    assert str(drawn.secret_hash).startswith("keyed:")
    assert str(chosen.secret_hash).startswith("$argon2id$")
    assert (public.secret_hash, none) == (None, None)
    with portal.transaction() as unit:
        assert unit.clients.secret_matches(drawn, str(secret))
        assert unit.clients.secret_matches(chosen, "1")
        for client in (drawn, chosen, public):
            for wrong in ("", "x", str(client.secret_hash), "x" * 100_000):
                assert not unit.clients.secret_matches(client, wrong)


def test_another_process_sees_a_change_within_a_second(
    portal: Portal, database: Database, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = portal_over(database, clock)
    moment = [100.0]
    monkeypatch.setattr("sso_portal.services.cache.time.monotonic", lambda: moment[0])
    with other.database.transaction() as work:
        assert other.unit(work).clients.find("site") is None
    with portal.transaction() as unit:
        unit.clients.add(SITE, client_id="site")
    with other.database.transaction() as work:
        assert other.unit(work).clients.find("site") is None, "within the second, memory answers"
        moment[0] += 1.1
        assert other.unit(work).clients.find("site") is not None
    with portal.transaction() as unit:
        assert unit.clients.find("site") is not None, "this process knows at once"
    other.close()


def test_keys_of_another_secret_cannot_be_read(portal: Portal, database: Database, clock: MovableClock) -> None:
    portal.prepare()
    stranger = portal_over(database, clock, "t" * 32)
    with pytest.raises(KeysUnreadable):
        stranger.prepare()
    stranger.close()


def test_sweeping_leaves_what_lives(portal: Portal, clock: MovableClock) -> None:
    with portal.transaction() as unit:
        user = unit.users.add("zp", email="zp@example.test", password="penadmin")
        browser = {"address": "", "user_agent": "", "old_cookie": None}
        unit.sessions.begin(user, remember_me=False, **browser)
        _, remembered = unit.sessions.begin(user, remember_me=True, **browser)
    clock.advance(days=13)
    with portal.transaction() as unit:
        assert unit.sessions.find(remembered) is not None
    clock.advance(days=18)
    assert portal.sweep()["sessions"] == 1
    with portal.transaction() as unit:
        assert len(unit.sessions.of_user(user)) == 1
