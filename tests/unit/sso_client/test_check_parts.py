"""Parts of the site check by themselves: cookies, neighbours of a redirect URI, dates, forged tokens."""

from __future__ import annotations

import pytest
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from sso_client.check.case import Case, Wanted, led_to, origin_of
from sso_client.check.forged_tokens import forged_logout_tokens
from sso_client.check.portal_checks import offset
from sso_client.check.redirect_uri_check import neighbours
from sso_client.check.settings_source import settings_of_stranger
from sso_client.check.site_cookie import SiteCookie, cookie_header, read_cookie
from sso_client.check.way import Way
from sso_client.discovery import Metadata
from tests.unit.sso_client.provider import MovableClock

SITE = "https://site.example.test"


def a_case(clock: MovableClock) -> Case:
    return Case(Wanted(SITE, settings_of_stranger("https://portal.example.test")), clock=clock)


def cookie(header: str) -> SiteCookie:
    found = read_cookie(header)
    assert found is not None
    return found


def test_cookies_are_read_as_browsers_do() -> None:
    found = cookie(" a = b=c ; HttpOnly;Secure ; Path = / ; SameSite=Lax")
    assert (found.name, found.value) == ("a", "b=c")
    assert found.attributes == {"httponly": "", "secure": "", "path": "/", "samesite": "Lax"}
    assert "b=c" not in repr(found)
    assert read_cookie("no cookie") is None and read_cookie("=value") is None and read_cookie("") is None


@pytest.mark.parametrize(("header", "is_deletion"), [("a=; Max-Age=9", True), ("a=b; max-age=0", True), ("a=b", False)])
def test_deletions(header: str, is_deletion: bool) -> None:
    assert cookie(header).is_deletion is is_deletion


def test_what_a_browser_sends_back() -> None:
    cookies = tuple(map(cookie, ("a=1", "b=2", "a=3", "b=; Max-Age=0")))
    assert cookie_header(cookies) == "a=3"


def test_neighbours_are_few_and_never_the_same() -> None:
    found = list(neighbours("http://localhost:9001/Sso/callback?x=1"))
    assert found[0] == "http://localhost:9001/Sso/callback/?x=1"
    assert {
        "https://localhost:9001/Sso/callback?x=1",
        "http://localhost/Sso/callback?x=1",
        "http://127.0.0.1:9001/Sso/callback?x=1",
        "http://localhost:9001/sso/callback?x=1",
        "http://localhost:9001/Sso/callback",
    } <= set(found)
    assert len(found) == len(set(found)) <= 12 and "http://localhost:9001/Sso/callback?x=1" not in found


@pytest.mark.parametrize("uri", ["https://[", "https://a:b/", "", "app:/callback", "x" * 9000])
def test_neighbours_of_strange_addresses_end(uri: str) -> None:
    assert len(list(neighbours(uri))) <= 12


@pytest.mark.parametrize(
    ("date", "seconds"),
    [
        ("Sun, 06 Nov 1994 08:49:37 GMT", 0),
        ("Sunday, 06-Nov-94 08:50:37 GMT", 60),
        ("", None),
        ("soon", None),
        ("Sun, 06 Nov 99999 08:49:37 GMT", None),
        ("Sun, 06 Nov 1994 99:49:37 GMT", None),
    ],
)
def test_dates(clock: MovableClock, date: str, seconds: int | None) -> None:
    clock.time = 784_111_777
    assert offset(a_case(clock), date) == seconds


def test_addresses() -> None:
    assert origin_of("HTTPS://Site.example.test/x") == origin_of("https://site.example.test:443")
    assert origin_of("https://[") == ("", "", 0)
    assert led_to(f"{SITE}/a/b", "../c") == f"{SITE}/c" and led_to(SITE, "https://[") == ""
    case = a_case(MovableClock())
    assert case.is_own(f"{SITE}:443/x") and not case.is_own("https://site.example.test.evil.test/")
    assert (case.url("/x"), case.url("https://other.test/x")) == (f"{SITE}/x", "https://other.test/x")


def test_a_way_with_an_endless_query_has_no_parameters() -> None:
    assert Way(f"{SITE}?" + "a=b&" * 100).asked == {} and Way("https://[?state=x").asked == {}


def test_forged_tokens_are_right_but_for_the_signature(clock: MovableClock) -> None:
    case = a_case(clock)
    address = "https://portal.example.test"
    case.known.metadata = Metadata(address, address, address, address, "", "", promises_iss=True)
    case.known.key_ids, case.known.ways = ["the-real-name"], [Way(f"{address}?client_id=shop")]
    tokens = forged_logout_tokens(case)
    signed = tokens["a token signed by somebody else"]
    with pytest.raises(JoseError):
        jwt.decode(signed, ECKey.generate_key("P-256"), algorithms=["ES256"])
    assert signed.count(".") == 2 and tokens["an unsigned token"].endswith(".")
    assert len(set(tokens.values())) == len(tokens) == 3
