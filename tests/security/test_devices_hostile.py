"""The page of devices and people who mean harm: other people's sessions, forged forms, fields that are none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL

DEVICES = f"{PORTAL}/account/devices"
Fields = list[tuple[str, str]]


@pytest.fixture
def hers(sso: SingleSignOn) -> Browser:
    """A browser in which lin is signed in."""
    browser = sso.browser()
    browser.open(f"{PORTAL}/o/login/")
    browser.sign_in("lin", "lin-demo-password")
    return browser


@pytest.fixture
def other(sso: SingleSignOn) -> Browser:
    """Another browser of zp's."""
    browser = sso.browser()
    browser.open(f"{PORTAL}/o/login/")
    browser.sign_in("zp", "penadmin")
    return browser


@pytest.fixture
def nothing_ends(sso: SingleSignOn) -> Iterator[None]:
    """Whatever the test does, no session, participation or token of anybody is touched."""

    def rows() -> list[Any]:
        queries = (
            "SELECT sid, ended_at FROM sessions ORDER BY 1",
            "SELECT sid, client_id, ended_at FROM participations ORDER BY 1, 2",
            "SELECT * FROM families ORDER BY 1",
            "SELECT * FROM sign_outs",
        )
        with sso.portal.database.engine.connect() as connection:
            return [connection.exec_driver_sql(query).all() for query in queries]

    before = rows()
    yield
    assert rows() == before


def sid_of(browser: Browser) -> str:
    """The session of a browser as its own page has it."""
    return str(browser.open(DEVICES).html.select_one(".devices input[name=sid]")["value"])


def csrf_of(browser: Browser) -> str:
    return str(browser.open(DEVICES).html.select_one("input[name=csrf_token]")["value"])


def ended(sso: SingleSignOn, sid: str) -> bool:
    with sso.portal.transaction() as unit:
        return unit.sessions.get(sid).ended_at is not None


@pytest.fixture
def taking_part(hers: Browser, rp: RelyingParty) -> str:
    """The session of lin's, in which a site takes part."""
    rp.redeem(rp.code(hers))
    return sid_of(hers)


@pytest.mark.parametrize("end", ["device", "site"])
def test_somebody_elses_session_stays(browser: Browser, taking_part: str, end: str, nothing_ends: None) -> None:
    fields = [("end", end), ("sid", taking_part), ("client_id", "rp"), ("csrf_token", csrf_of(browser))]
    answer = browser.request("POST", DEVICES, fields)
    assert answer.headers["Location"] == f"{DEVICES}?done=gone", "the same as for a session that never was"


@pytest.mark.parametrize(
    "forged",
    [
        [],
        [("csrf_token", "")],
        [("csrf_token", "x" * 43)],
        [("csrf_token", "é")],
    ],
)
@pytest.mark.parametrize("end", ["device", "site", "others"])
def test_a_form_of_another_page_does_nothing(
    browser: Browser, other: Browser, forged: Fields, end: str, nothing_ends: None
) -> None:
    answer = browser.request("POST", DEVICES, [("end", end), ("sid", sid_of(other)), ("client_id", "rp"), *forged])
    assert answer.status_int == 200
    assert "press the button once more" in answer.text


def test_nothing_is_ended_by_an_address(browser: Browser, other: Browser, nothing_ends: None) -> None:
    sid, csrf = sid_of(other), csrf_of(browser)
    for end in ("device", "site", "others"):
        browser.open(f"{DEVICES}?end={end}&sid={sid}&client_id=rp&csrf_token={csrf}")


@pytest.mark.parametrize(
    "fields",
    [
        [],
        [("end", "")],
        [("end", "everything")],
        [("end", "device")],
        [("end", "device"), ("sid", "")],
        [("end", "device"), ("sid", "x" * 5000)],
        [("end", "device"), ("sid", "' OR 1=1 --")],
        [("end", "device"), ("sid", "\x00")],
        [("end", "site"), ("sid", "{own}")],
        [("end", "site"), ("sid", "{own}"), ("client_id", "nobody")],
        [("end", "site"), ("sid", "{own}"), ("client_id", "x" * 5000)],
        [("end", "site"), ("sid", "{own}"), ("client_id", "%")],
        [("end", "device"), ("sid", "{own}"), ("sid", "{other}")],
        [("end", "device"), ("end", "others"), ("sid", "{other}")],
        [("end", "others"), ("end", "device")],
        [("end", "site"), ("sid", "{other}"), ("client_id", "rp"), ("client_id", "rp")],
    ],
)
def test_fields_that_are_none_end_nothing(
    browser: Browser, other: Browser, rp: RelyingParty, fields: Fields, nothing_ends: None
) -> None:
    known = {"own": sid_of(browser), "other": sid_of(other)}
    filled = [(name, value.format(**known) if "{" in value else value) for name, value in fields]
    answer = browser.request("POST", DEVICES, [*filled, ("csrf_token", csrf_of(browser))])
    assert answer.status_int == 303
    assert answer.headers["Location"] in {DEVICES, f"{DEVICES}?done=gone"}


@pytest.mark.parametrize(
    "query",
    ["done=", "done=x", "done=gone&done=x", "done=%ff", "done=%00", f"done={'.' * 5000}", f"done={'x' * 9000}",
     "end=others&end=x", "end=%ff", "done=..", "done=<script>"],
)  # fmt: skip
def test_an_address_that_is_none_is_harmless(browser: Browser, query: str) -> None:
    assert browser.open(f"{DEVICES}?{query}").status_int == 200
    assert "<script>" not in browser.text.replace('<script type="module"', "")


def test_somebody_elses_receipt_says_nothing(browser: Browser, other: Browser, hers: Browser) -> None:
    fields = [("end", "device"), ("sid", sid_of(other)), ("csrf_token", csrf_of(browser))]
    done = browser.request("POST", DEVICES, fields).headers["Location"]
    assert "Signed out on" in browser.open(done).text
    assert "Signed out on" not in hers.open(done).text


def test_what_a_browser_calls_itself_is_text(sso: SingleSignOn, browser: Browser) -> None:
    evil = sso.browser()
    evil.user_agent = "Mozilla/5.0 (X11; Linux) <script>alert(1)</script>/1.0 <b>Bold</b>Browser/2.0 " + "(" * 300
    evil.address = "<i>10.0.0.1</i>"
    evil.open(f"{PORTAL}/o/login/")
    evil.sign_in("zp", "penadmin")
    page = browser.open(DEVICES)
    assert len(page.html.select(".devices > li")) == 2
    assert not page.html.select("main script, main b, main i")
    assert "&lt;i&gt;10.0.0.1&lt;/i&gt;" in page.text


def test_an_ended_sessions_cookie_sees_no_page(sso: SingleSignOn, browser: Browser, other: Browser) -> None:
    thief = sso.browser()
    for cookie in other.jar:
        thief.jar.set_cookie(cookie)
    csrf = csrf_of(thief)
    fields = [("end", "device"), ("sid", sid_of(other)), ("csrf_token", csrf_of(browser))]
    assert browser.request("POST", DEVICES, fields).status_int == 303
    assert thief.open(DEVICES).request.url.startswith(f"{PORTAL}/o/login/")
    own = [("end", "others"), ("csrf_token", csrf)]
    assert thief.request("POST", DEVICES, own).headers["Location"].startswith(f"{PORTAL}/o/login/")
    assert not ended(sso, sid_of(browser))


@pytest.mark.parametrize("end", ["device", "others"])
def test_two_at_once_end_it_once(sso: SingleSignOn, browser: Browser, other: Browser, end: str) -> None:
    sid, csrf = sid_of(other), csrf_of(browser)
    fields = [("end", end), ("sid", sid), ("csrf_token", csrf)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: browser.request("POST", DEVICES, fields), range(8)))
    assert {answer.status_int for answer in answers} == {303}
    gone = [answer.headers["Location"] == f"{DEVICES}?done=gone" for answer in answers]
    assert gone.count(False) == 1
    with sso.portal.database.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT sid FROM sign_outs").scalars().all() == [sid]


def test_two_devices_that_end_each_other_leave_none_or_one(
    sso: SingleSignOn, browser: Browser, other: Browser, register: Callable[..., RelyingParty]
) -> None:
    tokens = {tab: csrf_of(tab) for tab in (browser, other)}
    with ThreadPoolExecutor(2) as pool:
        ends = [("end", "others")]
        jobs = [
            pool.submit(tab.request, "POST", DEVICES, [*ends, ("csrf_token", csrf)]) for tab, csrf in tokens.items()
        ]
        assert {job.result().status_int for job in jobs} == {303}
    with sso.portal.transaction() as unit:
        left = unit.sessions.going_on(unit.users.by_username("zp"))
    assert len(left) <= 1
