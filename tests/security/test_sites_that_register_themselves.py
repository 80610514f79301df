"""Registration under attack: hostile JSON, addresses inside, names that deceive, members of the operator's, races."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import webtest

from sso_portal.services.client_metadata import FIELDS
from sso_testkit import Browser, SingleSignOn
from sso_testkit.sso import PORTAL
from tests.support.relying_party import RelyingParty, Site
from tests.support.together import together

ENDPOINT = f"{PORTAL}/o/register/"
CALLBACK = "https://corner.example.test/cb"
SHOP: dict[str, Any] = {"client_name": "Corner Shop", "redirect_uris": [CALLBACK]}
OPEN = {
    "sso.registration.mode": "open",
    "sso.registration.address_free_tries": "100",
    "sso.registration.address_lock_tries": "101",
}
Told = dict[str, Any]


class Corner:
    """The portal at which everybody may register, and somebody who does."""

    def __init__(self, sso: SingleSignOn) -> None:
        self.sso = sso
        self.http = webtest.TestApp(sso.world)

    def send(self, method: str, url: str, body: Any = None, token: str | None = None) -> webtest.TestResponse:
        """One request, whatever comes of it; a body that is not bytes is sent as JSON."""
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        return self.http.request(url, method=method, body=raw, headers=headers, status="*")

    def register(self, **members: Any) -> Told:
        """A registration that is accepted."""
        answer = self.send("POST", ENDPOINT, {**SHOP, **members})
        assert answer.status_int == 201, answer.text
        return dict(answer.json)

    def put(self, told: Told, **members: Any) -> webtest.TestResponse:
        """Replace a registration."""
        body = {**SHOP, "client_id": told["client_id"], **members}
        return self.send("PUT", told["registration_client_uri"], body, told["registration_access_token"])

    def delete(self, told: Told) -> webtest.TestResponse:
        """Withdraw a registration."""
        return self.send("DELETE", told["registration_client_uri"], token=told["registration_access_token"])

    def site(self, told: Told) -> RelyingParty:
        """What was registered, at work."""
        self.sso.world.add("https://corner.example.test", Site())
        return RelyingParty(self.sso, told["client_id"], told.get("client_secret"), CALLBACK)

    def clients(self) -> set[str]:
        """Everybody who is registered."""
        with self.sso.portal.transaction() as unit:
            return {client.client_id for client in unit.clients.all()}


@pytest.fixture
def corner(make_sso: Callable[..., SingleSignOn]) -> Corner:
    return Corner(make_sso({**OPEN, "sso.storage.pool_size": "30"}))


@pytest.fixture(params=["sqlite", "postgresql"])
def anywhere(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Corner]:
    """The same over each of the databases, without people."""
    url = request.getfixturevalue("postgresql_url") if request.param == "postgresql" else ""
    world = SingleSignOn(tmp_path, storage_url=url, settings={**OPEN, "sso.storage.pool_size": "30"})
    yield Corner(world)
    world.close()


@pytest.fixture
def unchanged(corner: Corner) -> Iterator[Corner]:
    """The same, with nobody more and nobody less afterwards."""
    before = corner.clients()
    yield corner
    assert corner.clients() == before


def signed_in(corner: Corner) -> Browser:
    browser: Browser = corner.sso.browser()
    browser.open(f"{PORTAL}/o/login/")
    browser.sign_in("zp", "penadmin")
    return browser


DEEP = b'{"redirect_uris": ' + b"[" * 11 + b"]" * 11 + b"}"
BODIES = {
    "nothing": b"",
    "null": b"null",
    "two objects": b"{}{}",
    "UTF-16": json.dumps(SHOP).encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf" + json.dumps(SHOP).encode(),
    "not UTF-8": b'{"client_name": "\xff"}',
    "nested twelve times": DEEP,
    "nested without end": b'{"a":' + b"[" * 60_000,
    "a member twice inside": b'{"redirect_uris": ["https://corner.example.test/cb"], "jwks": {"keys": [], "keys": []}}',
    "an escaped member twice": b'{"redirect_uris": ["https://a.test/"], "redirect_\\u0075ris": []}',
    "infinite": b'{"redirect_uris": ["https://corner.example.test/cb"], "default_max_age": Infinity}',
    "infinite by its size": b'{"redirect_uris": ["https://corner.example.test/cb"], '
    b'"jwks": {"keys": [{"kty": "EC", "x": 1e999}]}}',
    "five thousand digits": b'{"default_max_age": ' + b"9" * 5_000 + b"}",
    "half a character": b'{"redirect_uris": ["https://corner.example.test/cb"], "contacts": ["\\ud800"]}',
    "half a character in a key": b'{"redirect_uris": ["https://corner.example.test/cb"], '
    b'"jwks": {"keys": [{"kty": "EC", "x": "\\udfff"}]}}',
    "a NUL": b'{"redirect_uris": ["https://corner.example.test/cb"], "software_id": "a\\u0000b"}',
    "a NUL in a key": b'{"redirect_uris": ["https://corner.example.test/cb"], "jwks": {"keys": [{"kty": "\\u0000"}]}}',
    "an escape sequence": b'{"redirect_uris": ["https://corner.example.test/cb"], "contacts": ["\\u001b[31m"]}',
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_hostile_json_registers_nobody(unchanged: Corner, body: bytes) -> None:
    answer = unchanged.send("POST", ENDPOINT, body)
    assert (answer.status_int, answer.json["error"]) == (400, "invalid_client_metadata")
    assert answer.json["trace_id"] == answer.headers["X-Request-Id"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_refusal_is_short_whatever_was_sent(unchanged: Corner) -> None:
    answer = unchanged.send("POST", ENDPOINT, {**SHOP, "contacts": {"x": '\\"中' * 5_000}})
    assert answer.status_int == 400
    assert answer.json["error_description"].startswith("contacts: ")
    assert len(answer.json["error_description"]) <= 300


def test_a_body_that_is_too_long(unchanged: Corner) -> None:
    answer = unchanged.send("POST", ENDPOINT, {**SHOP, "contacts": ["x" * 70_000]})
    assert (answer.status_int, answer.json["error"]) == (413, "invalid_request")


ODD: tuple[Any, ...] = (
    0,
    1,
    -1,
    1.5,
    True,
    False,
    "",
    " ",
    "x" * 3_000,
    "中\u202e",
    [],
    [[]],
    [None],
    [1],
    [""],
    {},
    {"a": 1},
)


@pytest.mark.parametrize("name", [*FIELDS, "software_statement", "client_id", "client_secret", "client_name#zh"])
def test_a_member_of_any_kind_is_accepted_or_refused(corner: Corner, name: str) -> None:
    for value in ODD:
        answer = corner.send("POST", ENDPOINT, {**SHOP, name: value})
        assert answer.status_int in {201, 400}, (name, value)
        if answer.status_int == 400:
            assert answer.json["error"].startswith("invalid_"), (name, value)
            assert answer.json["error_description"].isascii()
            assert len(answer.json["error_description"]) < 1_000, "what was sent is not sent back"


@pytest.mark.parametrize("name", ["jwks_uri", "sector_identifier_uri", "request_uris"])
@pytest.mark.parametrize(
    "uri",
    [
        "https://inside.example.test/x",
        "https://2130706433/x",
        "https://0x7f.1/x",
        "https://localhost./x",
        "https://[::ffff:127.0.0.1]/x",
        "https://[64:ff9b::a00:1]/x",
        "https://a@corner.example.test/x",
        "https://corner.example.test:8443/x",
        "https://corner.example.test\\@inside.example.test/x",
        "HTTP://corner.example.test/x",
        "gopher://corner.example.test/x",
    ],
)
def test_nothing_is_ever_fetched_from_inside(corner: Corner, name: str, uri: str) -> None:
    asked: list[str] = []

    def inside(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        asked.append(environ["PATH_INFO"])
        start_response("200 OK", [("Content-Type", "application/json")])
        return [json.dumps([CALLBACK]).encode()]

    for host in ("inside.example.test", "localhost.", "2130706433", "corner.example.test:8443", "127.0.0.1"):
        corner.sso.world.add(f"https://{host}", inside)
        corner.sso.world.point(host.partition(":")[0], "10.0.0.1")
    method = {"token_endpoint_auth_method": "private_key_jwt"} if name == "jwks_uri" else {}
    value: Any = [uri] if name == "request_uris" else uri
    answer = corner.send("POST", ENDPOINT, {**SHOP, **method, name: value})
    assert answer.status_int == 400 or name != "sector_identifier_uri"
    if answer.status_int == 201:
        site = corner.site(answer.json)
        browser = signed_in(corner)
        browser.open(site.url(request_uri=uri if name == "request_uris" else None))
        site.token(grant_type="authorization_code", code="x", client_secret=None, client_assertion="e30.e30.e30")
    assert asked == []


def test_a_sector_that_redirects_is_not_followed(unchanged: Corner) -> None:
    asked: list[str] = []

    def redirecting(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        asked.append(environ["PATH_INFO"])
        start_response("302 Found", [("Location", "https://sector.example.test/secret")])
        return [b""]

    unchanged.sso.world.add("https://sector.example.test", redirecting)
    uri = "https://sector.example.test/list"
    answer = unchanged.send("POST", ENDPOINT, {**SHOP, "sector_identifier_uri": uri})
    assert (answer.status_int, answer.json["error"]) == (400, "invalid_client_metadata")
    assert asked == ["/list"]


def test_nobody_else_waits_while_a_sector_is_slow(corner: Corner) -> None:
    told = corner.register()
    statuses: list[int] = []

    def slow(_environ: dict[str, Any], start_response: Any) -> list[bytes]:
        # While the portal waits for this answer, others write.
        statuses.append(corner.put(told, client_name="Meanwhile").status_int)
        start_response("200 OK", [("Content-Type", "application/json")])
        return [json.dumps([CALLBACK]).encode()]

    corner.sso.world.add("https://sector.example.test", slow)
    sector = {"sector_identifier_uri": "https://sector.example.test/list"}
    corner.register(**sector)
    assert corner.put(told, **sector).status_int == 200
    assert statuses == [200, 200]


def test_nothing_is_fetched_for_who_may_not_change_a_registration(corner: Corner) -> None:
    asked: list[str] = []

    def sector(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        asked.append(environ["PATH_INFO"])
        start_response("200 OK", [("Content-Type", "application/json")])
        return [json.dumps([CALLBACK]).encode()]

    corner.sso.world.add("https://sector.example.test", sector)
    told = {**corner.register(), "registration_access_token": "x"}
    assert corner.put(told, sector_identifier_uri="https://sector.example.test/list").status_int == 401
    assert asked == []


@pytest.mark.parametrize(
    "name",
    [
        "<img src=x onerror=alert(1)>",
        '"><script>alert(1)</script>',
        "{{ 7*7 }}${7*7}%(site)s",
        "SSO Portal",
        "ЅЅО Роrtаl",
        "A" * 100,
        "e" + "\u0301" * 99,
        "مرحبا",
    ],
    ids=range(8),
)
def test_a_name_is_text_and_never_hides_where_one_is_sent(corner: Corner, name: str) -> None:
    told = corner.register(client_name=name, client_uri=f"{PORTAL}/")
    browser = signed_in(corner)
    browser.open(corner.site(told).url())
    html = browser.page.html
    asks = html.find("p", class_="asks").get_text()
    assert name in asks
    assert "corner.example.test" in asks, "the host of the redirect URI, not the one that the site claims"
    assert "portal.example.test" not in asks
    assert "a site of another company" in asks
    assert html.find("script", src=None) is None
    assert html.find("img", src="x") is None
    with corner.sso.portal.transaction() as unit:
        assert unit.clients.find(told["client_id"]).host == "corner.example.test"


@pytest.mark.parametrize(
    "sign", ["\u202e", "\u2066", "\u200f", "\u200b", "\ufeff", "\u00ad", "\u2028", "\x7f", "\x00", "\ue000"]
)
@pytest.mark.parametrize("member", ["client_name", "client_name#zh-CN"])
def test_a_name_has_no_signs_that_nobody_sees(unchanged: Corner, member: str, sign: str) -> None:
    answer = unchanged.send("POST", ENDPOINT, {**SHOP, member: f"Corner{sign}Shop"})
    assert (answer.status_int, answer.json["error"]) == (400, "invalid_client_metadata")


def test_what_the_operator_decided_stays_whatever_the_site_sends(corner: Corner) -> None:
    told = corner.register()
    decided = {"consent": "explicit", "always_authenticate": True, "resource_server": False, "first_party": False}
    corner.sso.edit_client(told["client_id"], **decided, require_pkce=True)
    wish = {"consent": "silent", "always_authenticate": False, "first_party": True, "require_pkce": False}
    for members in (wish, {}, {**wish, "resource_server": True}):
        answer = corner.put(told, **members).json
        assert {name: answer[name] for name in decided} == decided
        assert answer["require_pkce"] is True
    assert corner.register(**wish, resource_server=True)["consent"] == "once"


def test_a_registration_opens_nothing_but_itself(corner: Corner) -> None:
    one, other = corner.register(), corner.register()
    corner.sso.add_client("operators", redirect_uris=["https://a.test/"])
    texts = set()
    for client_id, token in (
        (one["client_id"], other["registration_access_token"]),
        (one["client_id"], one["client_secret"]),
        (one["client_id"], ""),
        (one["client_id"], "é" * 40),
        ("operators", one["registration_access_token"]),
        ("nobody", one["registration_access_token"]),
        (one["client_id"].swapcase(), one["registration_access_token"]),
        ("%00", one["registration_access_token"]),
    ):
        for method, body in (("GET", None), ("PUT", SHOP), ("DELETE", None)):
            answer = corner.send(method, f"{ENDPOINT}{client_id}", body, token.encode().decode("latin-1"))
            assert (answer.status_int, answer.json["error"]) == (401, "invalid_token")
            assert answer.headers["WWW-Authenticate"].startswith("Bearer ")
            texts.add(answer.json["error_description"])
    assert len(texts) == 1, "what is there and what is not look alike"
    assert corner.site(one).introspect(one["registration_access_token"]).json == {"active": False}
    assert corner.site(one).userinfo(one["registration_access_token"]).status_int == 401


def test_secrets_are_kept_as_hashes(anywhere: Corner) -> None:
    told = anywhere.register()
    with anywhere.sso.portal.database.engine.connect() as connection:
        stored = str(connection.exec_driver_sql("SELECT * FROM clients").all())
    assert told["client_id"] in stored
    assert told["client_secret"] not in stored
    assert told["registration_access_token"] not in stored


def test_pages_of_other_origins_are_told_nothing(corner: Corner) -> None:
    headers = {"Origin": "https://corner.example.test"}
    told = corner.register(token_endpoint_auth_method="none")
    for url in (ENDPOINT, told["registration_client_uri"]):
        answer = corner.http.request(url, method="OPTIONS", headers=headers, status="*")
        assert answer.status_int == 405
        assert "Access-Control-Allow-Origin" not in answer.headers
    answer = corner.http.post_json(ENDPOINT, SHOP, headers=headers)
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_of_twenty_changes_at_once_one_secret_is_good(anywhere: Corner) -> None:
    told = anywhere.register(token_endpoint_auth_method="none")
    answers = together(20, lambda number: anywhere.put(told, client_name=f"Shop {number}"))
    assert [answer.status_int for answer in answers] == [200] * 20
    (secret,) = [answer.json["client_secret"] for answer in answers if "client_secret" in answer.json]
    with anywhere.sso.portal.transaction() as unit:
        client = unit.clients.stored(told["client_id"])
        assert unit.clients.secret_matches(client, secret)
    assert client.metadata["client_name"] in {f"Shop {number}" for number in range(20)}


def test_of_twenty_withdrawals_at_once_one_is_the_one(anywhere: Corner) -> None:
    told = anywhere.register()
    statuses = sorted(answer.status_int for answer in together(20, lambda _number: anywhere.delete(told)))
    assert statuses == [204] + [401] * 19


def test_changes_and_withdrawals_at_once(anywhere: Corner) -> None:
    told = anywhere.register()
    answers = together(20, lambda number: anywhere.delete(told) if number == 10 else anywhere.put(told))
    assert {answer.status_int for answer in answers} <= {200, 204, 401}
    assert told["client_id"] not in anywhere.clients(), "a change does not bring back what is gone"
    assert anywhere.put(told).status_int == 401


def test_withdrawn_while_she_decides(corner: Corner) -> None:
    told = corner.register()
    browser = signed_in(corner)
    browser.open(corner.site(told).url())
    assert corner.delete(told).status_int == 204
    browser.agree("email")
    assert browser.page.status_int == 400
    assert "not registered with this portal" in browser.text


def test_withdrawn_while_its_code_is_on_the_way(corner: Corner) -> None:
    told = corner.register(grant_types=["authorization_code", "refresh_token"])
    site = corner.site(told)
    browser = signed_in(corner)
    browser.open(site.url())
    browser.agree("email")
    tokens = site.redeem(site.answer(browser)["code"]).json
    code = site.code(browser)
    assert corner.delete(told).status_int == 204
    assert site.redeem(code).status_int == 401
    assert site.refresh(tokens["refresh_token"]).status_int == 401
    assert site.userinfo(tokens["access_token"]).status_int == 401
    with corner.sso.portal.database.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM consents").scalar_one() == 0
        living = "SELECT count(*) FROM families WHERE revoked_at IS NULL"
        assert connection.exec_driver_sql(living).scalar_one() == 0


def test_another_process_knows_a_new_site_at_once(corner: Corner) -> None:
    portal = corner.sso.portal
    corner.http.get(f"{PORTAL}/o/authorize/?client_id=nobody", status=400)
    corner.sso.start_portal()
    other = webtest.TestApp(corner.sso.portal_app)
    other.get("/o/authorize/?client_id=nobody", status=400)
    with portal.transaction() as unit:
        registered = unit.registrations.add(SHOP)
    answer = other.get(f"/o/authorize/?response_type=code&client_id={registered.client.client_id}", status="*")
    assert answer.status_int in {302, 303}, "the other process has looked a moment ago, and looks again"
    headers = {"Authorization": f"Bearer {registered.token}"}
    assert other.get(f"/o/register/{registered.client.client_id}", headers=headers).status_int == 200
    portal.close()
