"""What each operation asks of the database, statement by statement: a count, which no slow machine changes. Why it
cannot be less is told in docs/performance.md."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.clients import Device, Machine
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL
from tests.support.forwarding_proxy import TRUSTED, WIKI, protect

pytestmark = pytest.mark.sso(settings=TRUSTED)

Meter = Callable[..., list[str]]

_ENTER = ["SELECT sessions", "INSERT participations", "INSERT audit_events", "INSERT codes"]
_COME_BACK = ["SELECT sessions", "INSERT participations", "INSERT codes"]
_REFRESH = ["SELECT tokens", "UPDATE tokens", "UPDATE families", "INSERT tokens"]


@pytest.fixture
def meter(sso: SingleSignOn) -> Meter:
    """``meter(act, commits=1)``: the steps of what is done, ``INSERT codes`` for example; it commits so many times, and
    reads no table from end to end. The versions of clients and keys are the process's affair: one look a second."""

    def measure(act: Callable[[], Any], *, commits: int) -> list[str]:
        with sso.counting() as counted:
            act()
        own = [statement for statement in counted.statements if "FROM versions" not in statement]
        assert counted.commits == commits, own
        assert [statement for statement in own if _scans(sso, statement)] == []
        return [_step(statement) for statement in own]

    return measure


def _scans(sso: SingleSignOn, statement: str) -> bool:
    with sso.portal.database.engine.connect() as connection:
        nothing = (None,) * statement.count("?")
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", nothing).all()
    return any(re.match(r"SCAN (?!CONSTANT|anon_)", row[3]) for row in plan)


def _step(statement: str) -> str:
    table = re.search(r"(?:INTO|UPDATE|FROM) (\w+)", statement)
    return f"{statement.split(None, 1)[0]} {table[1] if table else ''}"


def warm(sso: SingleSignOn) -> None:
    """Let the process read the clients and keys that it keeps."""
    with sso.portal.transaction() as unit:
        unit.clients.find("rp")
        unit.keys.published()


@pytest.fixture
def shop(sso: SingleSignOn, rp: RelyingParty) -> RelyingParty:
    """A site, known to the process."""
    warm(sso)
    return rp


@pytest.fixture
def tokens(shop: RelyingParty, browser: Browser) -> dict[str, Any]:
    """What the site has of zp."""
    return dict(shop.redeem(shop.code(browser)).json)


def test_a_silent_sign_in_at_a_site(sso: SingleSignOn, meter: Meter, shop: RelyingParty, browser: Browser) -> None:
    assert meter(lambda: shop.code(browser), commits=1) == _ENTER
    sso.clock.advance(seconds=1)
    assert meter(lambda: shop.code(browser), commits=1) == _COME_BACK, "later"
    sso.clock.advance(seconds=60)
    used = [_COME_BACK[0], "UPDATE sessions", *_COME_BACK[1:]]
    assert meter(lambda: shop.code(browser), commits=1) == used, "once a minute"


def test_a_code_exchange(meter: Meter, shop: RelyingParty, browser: Browser) -> None:
    for _ in range(2):
        code = shop.code(browser)
        steps = meter(lambda code=code: shop.redeem(code), commits=1)
        assert steps == ["SELECT codes", "UPDATE codes", "INSERT families", "INSERT tokens"]


def test_a_refresh(sso: SingleSignOn, meter: Meter, shop: RelyingParty, tokens: dict[str, Any]) -> None:
    def refresh() -> None:
        tokens.update(shop.refresh(tokens["refresh_token"]).json)

    assert meter(refresh, commits=1) == _REFRESH
    assert meter(refresh, commits=1) == _REFRESH
    sso.clock.advance(seconds=60)
    awake = [*_REFRESH[:3], "UPDATE sessions", _REFRESH[3]]
    assert meter(refresh, commits=1) == awake, "once a minute"
    assert meter(refresh, commits=1) == _REFRESH


def test_client_credentials(sso: SingleSignOn, meter: Meter) -> None:
    machine = Machine.register(sso)
    warm(sso)
    for _ in range(2):
        assert meter(machine.ask, commits=1) == ["INSERT families", "INSERT tokens"]


def test_userinfo_and_introspection(
    sso: SingleSignOn, meter: Meter, shop: RelyingParty, tokens: dict[str, Any]
) -> None:
    token = tokens["access_token"]
    for ask in (shop.userinfo, shop.introspect):
        assert meter(lambda ask=ask: ask(token), commits=0) == ["SELECT tokens"]
    assert meter(lambda: shop.introspect(tokens["refresh_token"]), commits=0) == ["SELECT tokens"]
    assert meter(lambda: shop.introspect("nothing"), commits=0) == ["SELECT tokens"]


def test_a_token_is_noted_to_be_in_use_once_an_hour(
    make_sso: Callable[..., SingleSignOn],
) -> None:
    sso = make_sso({"sso.tokens.access_seconds": "36000"})
    shop, browser = RelyingParty.register(sso), sso.browser()
    browser.open(shop.url())
    browser.sign_in("zp", "penadmin")
    token = shop.redeem(shop.answer(browser)["code"]).json["access_token"]
    sso.clock.advance(hours=1)
    with sso.counting() as first:
        shop.userinfo(token)
    with sso.counting() as second:
        shop.userinfo(token)
    assert (first.commits, second.commits) == (1, 0)


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/o/jwks/"])
def test_public_documents_cost_nothing(sso: SingleSignOn, meter: Meter, shop: RelyingParty, path: str) -> None:
    for _ in range(2):
        assert meter(lambda: shop.http().get(f"{PORTAL}{path}"), commits=0) == []


def test_signing_in_by_password(sso: SingleSignOn, meter: Meter, shop: RelyingParty) -> None:
    for _ in range(2):
        browser = sso.browser()
        # Where she arrives costs nothing.
        browser.open(f"{PORTAL}/o/login/?next=/o/jwks/")
        # The try is counted before its password is looked at, and nothing is held while that is hashed: not one commit.
        steps = meter(lambda browser=browser: browser.sign_in("zp", "penadmin"), commits=2)
        assert steps == [
            *["INSERT attempts", "INSERT attempts", "SELECT users"],
            *["DELETE attempts", "UPDATE attempts"],
            *["INSERT sessions", "INSERT audit_events"],
        ]


def test_giving_tokens_back(meter: Meter, shop: RelyingParty, tokens: dict[str, Any]) -> None:
    access, refresh = tokens["access_token"], tokens["refresh_token"]
    assert meter(lambda: shop.revoke(access), commits=1) == ["SELECT tokens", "UPDATE tokens"]
    ended = ["SELECT tokens", "UPDATE families", "INSERT audit_events"]
    assert meter(lambda: shop.revoke(refresh), commits=1) == ended
    assert meter(lambda: shop.revoke("nothing"), commits=0) == ["SELECT tokens"]


def test_a_pushed_request(sso: SingleSignOn, meter: Meter, shop: RelyingParty, browser: Browser) -> None:
    pushed: list[str] = []

    def push() -> None:
        pushed.append(shop.push().json["request_uri"])

    for _ in range(2):
        assert meter(push, commits=1) == ["INSERT pushed_requests"]
    answered = ["SELECT sessions", "SELECT pushed_requests", "UPDATE pushed_requests"]
    for reference, rest in zip(pushed, (_ENTER[1:], _COME_BACK[1:]), strict=True):
        url = shop.pushed_url(reference)
        assert sorted(meter(lambda url=url: browser.open(url), commits=1)) == sorted([*answered, *rest])
        sso.clock.advance(seconds=1)


def test_a_device_that_polls(sso: SingleSignOn, meter: Meter) -> None:
    device = Device(sso)
    warm(sso)
    assert meter(device.ask, commits=1) == ["INSERT device_codes"]
    for _ in range(2):
        assert meter(device.poll, commits=1) == ["SELECT device_codes", "UPDATE device_codes"]
        sso.clock.advance(seconds=5)


@pytest.mark.parametrize(
    ("page", "reads"),
    [
        ("/", []),
        ("/account/devices", ["SELECT sessions", "SELECT participations", "SELECT sessions"]),
        ("/account/sites", ["SELECT consents", "SELECT tokens", "SELECT participations"]),
    ],
)
def test_pages_of_an_account(
    meter: Meter, shop: RelyingParty, browser: Browser, tokens: dict[str, Any], page: str, reads: list[str]
) -> None:
    for _ in range(2):
        assert meter(lambda: browser.open(f"{PORTAL}{page}"), commits=0) == ["SELECT sessions", *reads]


def test_a_site_behind_a_proxy(sso: SingleSignOn, meter: Meter, browser: Browser) -> None:
    protect(sso)
    browser.open(f"{WIKI}/")
    warm(sso)
    for _ in range(2):
        assert meter(lambda: browser.open(f"{WIKI}/a.png"), commits=0) == ["SELECT site_sign_ins"]
    sso.clock.advance(seconds=60)
    noted = ["SELECT site_sign_ins", "UPDATE sessions", "UPDATE participations"]
    assert meter(lambda: browser.open(f"{WIKI}/a.png"), commits=1) == noted, "once a minute"
