"""Sites that answer a logout notice badly: nobody waits for them, nothing is lost, and the other sites hear at once."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import webtest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.clients import LogoutListener
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL
from tests.support.many_sites import ManySites
from tests.support.raw_server import RawServer, Say, answer

GIVE_UP_SECONDS = 600
SETTINGS = {
    "sso.sign_out.wait_seconds": "1",
    "sso.sign_out.give_up_seconds": str(GIVE_UP_SECONDS),
    "sso.fetch.timeout_seconds": "2",
}
HUGE = 100_000_000


def polite(said: bytes) -> Say:
    """Answer, and hear the other side out."""

    def say(connection: socket.socket) -> None:
        connection.sendall(said)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(4096):
            pass

    return say


def drip(connection: socket.socket) -> None:
    """Answer by one byte after the other."""
    for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-Long: " + b"x" * 200:
        connection.sendall(bytes([byte]))
        time.sleep(0.05)


def silence(connection: socket.socket) -> None:
    """Say nothing until the other side is gone."""
    while connection.recv(4096):
        pass


def closing(connection: socket.socket) -> None:
    """Hang up."""
    connection.close()


class Endless:
    """A site that sends 100 MB, and counts how many are taken."""

    def __init__(self, status: str) -> None:
        self.head = f"HTTP/1.1 {status}\r\nContent-Length: {HUGE}\r\n\r\n".encode()
        self.taken = 0

    def __call__(self, connection: socket.socket) -> None:
        connection.sendall(self.head)
        with contextlib.suppress(OSError):
            while self.taken < HUGE:
                self.taken += connection.send(b"x" * 65_536)


def bad_sites(other: str) -> dict[str, Say]:
    """Every one of them; ``other`` is where one would lead the portal."""
    return {
        "broken": polite(answer(status="500 Oh")),
        "closing": closing,
        "dripping": drip,
        "garbage": polite(b"\x00\xff\xfe" * 1000),
        "headers": polite(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 40_000),
        "huge": Endless("503 Busy"),
        "moved": polite(answer(b"", f"Location: {other}", status="302 Found")),
        "moving": polite(answer(b"", f"Location: {other}", status="307 Temporary Redirect")),
        "silent": silence,
    }


class Town:
    """A portal that calls real sockets, and a person who is signed in at many sites."""

    def __init__(self, sso: SingleSignOn, sites: ManySites) -> None:
        self.sso = sso
        self.sites = sites
        self.browser = sso.browser()
        self.browser.open(f"{PORTAL}/o/login/")
        self.browser.sign_in("zp", "penadmin")

    def use(self, client_id: str, uri: str) -> None:
        """Sign in at a site that is told of sign-outs at ``uri``."""
        RelyingParty.register(self.sso, client_id, backchannel_logout_uri=uri).code(self.browser)

    def sign_out(self) -> float:
        """Sign out; answers how many seconds that took."""
        self.browser.open(f"{PORTAL}/o/logout/")
        begun = time.monotonic()
        self.browser.submit(self.browser.page.forms[0], "decision", "sign_out")
        return time.monotonic() - begun

    def settle(self) -> None:
        """Wait until nothing is under way."""
        self.sso.portal.backchannel_logout.close()

    def receipt(self) -> dict[str, Any]:
        """What programs see."""
        number = self.browser.url.rpartition("receipt=")[2]
        return dict(webtest.TestApp(self.sso.world).get(f"{PORTAL}/o/logout/receipt/{number}/").json)

    def states(self) -> dict[str, str]:
        """The state of each site."""
        return {site["client_id"]: site["state"] for site in self.receipt()["sites"]}

    def notices(self) -> dict[str, Any]:
        """What has not been told."""
        with self.sso.portal.transaction() as unit:
            return {notice.client_id: notice for notice in unit.sign_outs.unsettled()}


def on_the_network(sso: SingleSignOn) -> SingleSignOn:
    """The same world with a portal that calls sites by real sockets."""
    sso.portal.close()
    sso.start_portal(sockets=True)
    return sso


@pytest.fixture
def town(make_sso: Callable[..., SingleSignOn]) -> Iterator[Town]:
    sso = on_the_network(make_sso(SETTINGS))
    with ManySites() as sites:
        yield Town(sso, sites)


def test_nobody_waits_for_bad_sites_and_nothing_is_lost(town: Town) -> None:
    bad, good = bad_sites(town.sites.uri("elsewhere")), ["a-first", "m-middle", "z-last"]
    with ExitStack() as servers:
        for name, say in bad.items():
            server = servers.enter_context(RawServer(say))
            town.use(name, f"http://127.0.0.1:{server.port}/bye")
        for name in good:
            town.use(name, town.sites.uri(name))
        assert town.sign_out() < 5
        at_once = town.states()
        assert {name: at_once[name] for name in good} == dict.fromkeys(good, "signed_out")
        assert {name: at_once[name] for name in bad} == dict.fromkeys(bad, "waiting")
        assert town.receipt()["settled"] is False
        assert "Will be signed out as soon as it answers" in town.browser.text
        town.settle()
    assert town.states() == at_once
    notices = town.notices()
    assert {name for name, notice in notices.items() if notice.state == "waiting"} == set(bad)
    assert all(notice.problem and notice.attempts == 1 for notice in notices.values())
    assert "status 500" in notices["broken"].problem
    assert "redirects" in notices["moved"].problem and "redirects" in notices["moving"].problem
    assert "longer than 2 seconds" in notices["silent"].problem
    assert "longer than" in notices["dripping"].problem
    assert [heard.site for heard in town.sites.heard].count("elsewhere") == 0
    huge = bad["huge"]
    assert isinstance(huge, Endless) and huge.taken < HUGE / 4, "what it says is not even read"


def test_who_confirms_with_100_mb_has_confirmed(town: Town) -> None:
    huge = Endless("200 OK")
    with RawServer(huge) as server:
        town.use("huge", f"http://127.0.0.1:{server.port}/bye")
        assert town.sign_out() < 5
        town.settle()
    assert town.states() == {"huge": "signed_out"}
    assert huge.taken < HUGE / 4


def test_a_bad_site_is_tried_again_with_growing_pauses_and_given_up_visibly(town: Town) -> None:
    with RawServer(polite(answer(status="500 Oh"))) as server:
        town.use("broken", f"http://127.0.0.1:{server.port}/bye")
        town.sign_out()
        town.settle()
        pauses, tries = [], 1
        while (notice := town.notices()["broken"]).state == "waiting":
            now = town.sso.clock.now()
            pauses.append(notice.next_attempt_at - now)
            town.sso.clock.advance(notice.next_attempt_at - now - 1)
            assert town.sso.portal.backchannel_logout.tell_due() == 0, "it is left alone until then"
            town.sso.clock.advance(1)
            assert town.sso.portal.backchannel_logout.tell_due() == 1
            tries += 1
        assert len(server.heard) == tries == notice.attempts
    assert pauses == sorted(pauses) and (pauses[0], pauses[-1]) == (1, max(pauses)) and pauses[-1] > 30
    assert notice.state == "given_up"
    assert GIVE_UP_SECONDS <= town.sso.clock.now() - notice.created_at < GIVE_UP_SECONDS + pauses[-1]
    assert "status 500" in notice.problem
    town.browser.reload()
    assert "Did not answer" in town.browser.text
    assert town.states() == {"broken": "given_up"}
    assert town.receipt()["settled"] is True
    town.sso.clock.advance(days=1)
    assert town.sso.portal.backchannel_logout.tell_due() == 0


def join(unit: Any, username: str, *client_ids: str) -> str:
    """A session of somebody in which these clients take part; answers its ``sid``."""
    user = unit.users.by_username(username)
    session, _ = unit.sessions.begin(user, remember_me=False, address="", user_agent="", old_cookie=None)
    for client_id in client_ids:
        assert unit.sessions.join(session, client_id)
    return str(session.sid)


@pytest.fixture
def silent(town: Town) -> Iterator[RawServer]:
    """A site that never answers, beside one that does."""
    with RawServer(silence) as server:
        RelyingParty.register(town.sso, "silent", backchannel_logout_uri=f"http://127.0.0.1:{server.port}/bye")
        RelyingParty.register(town.sso, "good", backchannel_logout_uri=town.sites.uri("good"))
        yield server


@pytest.mark.usefixtures("silent")
def test_a_silent_site_that_many_sign_out_of_does_not_keep_others_waiting(town: Town) -> None:
    with town.sso.portal.transaction() as unit:
        for _ in range(40):
            join(unit, "zp", "silent")
        many = unit.sign_outs.end_all_of(unit.users.by_username("zp"), "password_changed")
        one = unit.sign_outs.end(join(unit, "lin", "good"), "signed_out")
    town.sso.portal.tell_sites(*many)
    assert town.sites.heard == []
    begun = time.monotonic()
    town.sso.portal.tell_sites(one)
    assert time.monotonic() - begun < 1, "she does not wait for others"
    assert town.sites.confirmed == {"good": 1}
    with town.sso.portal.transaction() as unit:
        notices = unit.sign_outs.unsettled()
    assert [notice.state for notice in notices] == ["waiting"] * 40, "nothing is lost"
    assert 0 < sum(notice.attempts for notice in notices) < 16


@pytest.mark.usefixtures("silent")
def test_a_silent_site_does_not_keep_what_is_due_for_others_waiting(town: Town) -> None:
    with town.sso.portal.transaction() as unit:
        for client_id in ["silent"] * 20 + ["good"]:
            assert unit.sign_outs.end(join(unit, "zp", client_id), "signed_out")
            town.sso.clock.advance(1)
    town.sso.clock.advance(10)
    assert 1 < town.sso.portal.backchannel_logout.tell_due() < 16, "a few of each"
    assert town.sites.confirmed == {"good": 1}, "though it was the last"


def test_stopping_waits_for_no_try_that_has_not_begun_and_loses_nothing(
    make_sso: Callable[..., SingleSignOn],
) -> None:
    sso = on_the_network(make_sso({**SETTINGS, "sso.sign_out.wait_seconds": "0"}))
    names = [f"site-{number:02}" for number in range(64)]
    with ManySites(held=names) as sites:
        for name in names:
            RelyingParty.register(sso, name, backchannel_logout_uri=sites.uri(name))
        with sso.portal.transaction() as unit:
            receipt = unit.sign_outs.end(join(unit, "zp", *names), "signed_out")
        sso.portal.tell_sites(receipt)
        sites.wait_for_silence(16)
        begun = time.monotonic()
        sso.portal.backchannel_logout.close()
        assert time.monotonic() - begun < 6, "two seconds for those under way; all would take eight"
        assert len(sites.heard) < len(names)
        sites.release()
        sso.clock.advance(60)
        while sso.portal.backchannel_logout.tell_due():
            pass
    assert sites.confirmed == dict.fromkeys(names, 1)


def test_a_site_that_registered_itself_is_not_called_on_the_inside(make_sso: Callable[..., SingleSignOn]) -> None:
    sso = make_sso({**SETTINGS, "sso.registration.mode": "open", "sso.registration.require_pkce": "false"})
    http = webtest.TestApp(sso.world)
    site = "https://corner.example.test"
    shop = {"client_name": "Corner Shop", "redirect_uris": [f"{site}/cb"], "client_uri": f"{site}/"}
    for inside in (
        "https://127.0.0.1/bye",
        "https://10.0.0.8/bye",
        "https://localhost/bye",
        "http://corner.example.test/",
    ):
        refused = http.post_json(f"{PORTAL}/o/register/", {**shop, "backchannel_logout_uri": inside}, status=400)
        assert refused.json["error"] == "invalid_client_metadata"

    listener = LogoutListener()
    sso.world.add(site, listener)
    told = http.post_json(
        f"{PORTAL}/o/register/", {**shop, "backchannel_logout_uri": f"{site}/backchannel-logout"}
    ).json
    rp = RelyingParty(sso, told["client_id"], told["client_secret"], f"{site}/cb")
    browser = signed_in_at(sso, rp)
    # The name means the portal's own machine as soon as it is registered.
    sso.world.point("corner.example.test", "127.0.0.1")
    browser.open(f"{PORTAL}/o/logout/")
    browser.submit(browser.page.forms[0], "decision", "sign_out")
    sso.clock.advance(seconds=30)
    assert sso.portal.backchannel_logout.tell_due() == 1
    with sso.portal.transaction() as unit:
        (notice,) = unit.sign_outs.unsettled()
    assert (notice.state, notice.attempts) == ("waiting", 2)
    assert "not on the public internet" in notice.problem
    assert listener.tokens == []
    sso.world.point("corner.example.test", "198.51.101.1")
    sso.clock.advance(minutes=5)
    assert sso.portal.backchannel_logout.tell_due() == 1
    assert len(listener.tokens) == 1, "it is told when it is where everybody reaches it"


def signed_in_at(sso: SingleSignOn, rp: RelyingParty) -> Browser:
    """A browser in which zp has agreed to enter a site."""
    browser = sso.browser()
    browser.open(rp.url(scope="openid"))
    browser.sign_in("zp", "penadmin")
    browser.agree()
    assert "code" in rp.answer(browser)
    return browser
