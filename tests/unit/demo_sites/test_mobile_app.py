"""The mobile app's three ways in a world with user_api: what it tells, what it sends, and what it never shows."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from demo_sites.mobile_app.command import Outside, main
from sso_testkit import SingleSignOn
from sso_testkit.sso import PORTAL
from tests.support.platform import USER_API, Platform, add_platform

# The browser brings its answer to a real port of this machine.
pytestmark = pytest.mark.sso_sockets

PHONE = "phone.example.test"
MASTER = "penadmin"


@dataclass
class Phone:
    """The app in a person's hand. ``run`` answers the exit status; ``told`` is the terminal, ``sent`` each form."""

    sso: SingleSignOn
    said: Callable[[], str]
    sent: list[dict[str, list[str]]] = field(default_factory=list)
    answers: list[requests.Response] = field(default_factory=list)
    told: str = ""
    error: str = ""

    def http(self) -> requests.Session:
        session = self.sso.world.http(PHONE)
        session.hooks["response"].append(self._note)
        return session

    def _note(self, answer: requests.Response, **_: Any) -> None:
        body = answer.request.body
        self.sent.append(parse_qs(body.decode() if isinstance(body, bytes) else str(body or "")))
        self.answers.append(answer)

    def run(self, *arguments: str, typed: str = "", **outside: Any) -> int:
        stdout = io.StringIO()
        reached = replace(
            Outside(http=self.http, clock=self.sso.clock, stdin=io.StringIO(typed), stdout=stdout, wait=self.nap),
            **outside,
        )
        status = main([*arguments, "--portal", PORTAL, "--user-api", USER_API], reached)
        self.told, self.error = stdout.getvalue(), self.said()
        return status

    def nap(self, seconds: float) -> None:
        self.sso.clock.advance(int(seconds))

    def by_password(self, username: str = "zp", password: str = MASTER) -> int:
        return self.run("password", "--username", username, "--password-stdin", typed=f"{password}\n")

    @property
    def secrets(self) -> set[str]:
        """Every token and code that it was given or has sent."""
        names = ("access_token", "refresh_token", "id_token", "device_code", "code", "code_verifier", "password")
        known = {form[name][0] for form in self.sent for name in names if name in form}
        for answer in self.answers:
            if answer.headers.get("Content-Type", "").startswith("application/json"):
                body = answer.json()
                known |= {body[name] for name in names if isinstance(body.get(name), str)}
        return known

    @property
    def grants(self) -> list[str]:
        return [form["grant_type"][0] for form in self.sent if "grant_type" in form]


@pytest.fixture
def platform(sso: SingleSignOn) -> Platform:
    return add_platform(sso)


@pytest.fixture
def phone(platform: Platform, capsys: pytest.CaptureFixture[str]) -> Phone:
    return Phone(platform.sso, lambda: capsys.readouterr().err)


def shows_no_secret(phone: Phone) -> bool:
    assert phone.secrets
    return not [secret for secret in phone.secrets if secret in phone.told + phone.error]


def test_by_password_each_step_is_told(phone: Phone) -> None:
    assert phone.by_password() == 0
    steps = [
        f"1. The app asks {USER_API}/me, without a token.",
        "→ 401, no entry without a token. WWW-Authenticate: Bearer realm=",
        "2. It reads in the API's own document who may give tokens",
        f"→ {PORTAL}, the portal that this app was built for.",
        f"3. It sends what was typed to {PORTAL}/o/token/: grant_type=password, client_id=mobile-app, username=zp, "
        "password=•••",
        "→ 200. access_token=(54 characters), refresh_token=(54",
        "good for 3600 seconds",
        "4. It asks the API again, with the token",
        "→ 200. It is 张鹏 (zp).",
        "5. An hour later the access token is over.",
        "→ 200. access_token=(",
        "6. It asks the API once more, with the new token.",
        "→ 200. It is 张鹏 (zp).",
        "7. Sign out",
        "→ 200, 200. An API that has asked",
    ]
    place = 0
    for step in steps:
        place = phone.told.find(step, place)
        assert place >= 0, f"{step!r} is missing, or too early, in {phone.told}"
    assert phone.error == ""
    assert phone.grants == ["password", "refresh_token"]
    assert MASTER in phone.secrets and len(phone.secrets) == 6  # with the id_token of the renewal
    assert shows_no_secret(phone)


def test_the_app_leaves_nothing_behind_that_works(phone: Phone, platform: Platform) -> None:
    assert phone.by_password() == 0
    platform.sso.clock.advance(11)  # longer than an API may believe what it was told
    tokens = [a.json()["access_token"] for a in phone.answers if a.url == f"{PORTAL}/o/token/"]
    assert len(tokens) == 2
    assert [platform.call(f"{USER_API}/me", token=token).status_int for token in tokens] == [401, 401]


def test_a_wrong_password_is_said_in_one_line(phone: Phone) -> None:
    assert phone.by_password(password="not the one") == 1
    assert phone.error == "mobile_app: The user name or password is not right.\n"
    assert "not the one" not in phone.told
    assert phone.grants == ["password"]


@pytest.mark.parametrize(("away", "told"), [(PORTAL, f"The portal at {PORTAL}"), (USER_API, f"The API at {USER_API}")])
def test_who_is_away_is_named_in_one_line(phone: Phone, away: str, told: str) -> None:
    phone.sso.world.take_down(away)
    assert phone.by_password() == 1
    assert phone.error.startswith(f"mobile_app: {told} does not answer")
    assert phone.error.count("\n") == 1
    assert phone.grants == []


def test_no_password_goes_out_when_the_api_names_another_portal(sso: SingleSignOn, capsys: Any) -> None:
    platform = add_platform(sso, user_api={"guard.issuer": "https://sso.elsewhere.example"})
    phone = Phone(platform.sso, lambda: str(capsys.readouterr().err))
    assert phone.by_password() == 1
    assert "takes tokens of https://sso.elsewhere.example, and this app knows" in phone.error
    assert phone.grants == []


def test_an_app_that_may_not_use_passwords_says_what_the_portal_said(phone: Phone) -> None:
    phone.sso.edit_client("mobile-app", grant_types=["authorization_code"])
    assert phone.by_password() == 1
    assert phone.error == "mobile_app: The portal gave no token: unauthorized_client.\n"


class Person:
    """Somebody with a browser, who does what she is asked there; the last hop is a real one, to the app's own port."""

    def __init__(self, sso: SingleSignOn, *, agrees: bool = True, changed: Callable[[str], str] = str) -> None:
        self.sso, self.browser, self.agrees, self.changed = sso, sso.browser(), agrees, changed
        self.asked: dict[str, list[str]] = {}
        self.page: requests.Response | None = None

    def open_page(self, address: str) -> bool:
        self.asked = parse_qs(urlsplit(address).query)
        place = urlsplit(self.asked["redirect_uri"][0])
        self.sso.world.add(f"http://{place.netloc}", _arrived)
        self.browser.open(address)
        if self.browser.is_sign_in_page:
            self.browser.sign_in("zp", MASTER)
        if not self.browser.url.startswith("http://127.0.0.1"):
            self.browser.agree("people.read") if self.agrees else self.browser.refuse()
        with requests.Session() as http:
            http.trust_env = False
            self.page = http.get(self.changed(self.browser.url), timeout=10)
        return True


def _arrived(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"here"]


def test_by_browser_the_app_sees_a_code_and_no_password(phone: Phone) -> None:
    person = Person(phone.sso)
    assert phone.run("browser", open_page=person.open_page) == 0, phone.error
    assert person.asked["code_challenge_method"] == ["S256"]
    assert person.asked["resource"] == [USER_API]
    assert person.asked["redirect_uri"][0].startswith("http://127.0.0.1:")
    assert person.page is not None and person.page.status_code == 200
    assert "You can close this page" in person.page.text and "可以关闭此页面了" in person.page.text
    for step in (
        "3. It listens at http://127.0.0.1:",
        f"4. It sends the browser to {PORTAL}/o/authorize/",
        "→ The browser came back with state and iss as they should be, and code=(",
        "5. It exchanges the code, and proves by the verifier that it had asked: grant_type=authorization_code",
        "→ 200. access_token=(",
        "6. It asks the API again",
        "→ 200. It is 张鹏 (zp).",
        "9. Sign out",
        "stays signed in at the portal",
    ):
        assert step in phone.told, phone.told
    assert phone.grants == ["authorization_code", "refresh_token"]
    assert shows_no_secret(phone)


def test_who_is_signed_in_already_is_asked_for_nothing(phone: Phone) -> None:
    person = Person(phone.sso)
    assert phone.run("browser", open_page=person.open_page) == 0
    assert phone.run("browser", open_page=person.open_page) == 0
    assert not person.browser.is_sign_in_page


def test_who_declines_reads_so_in_both_places(phone: Phone) -> None:
    person = Person(phone.sso, agrees=False)
    assert phone.run("browser", open_page=person.open_page) == 1
    assert phone.error == "mobile_app: You chose not to share. The app got nothing.\n"
    assert person.page is not None and "你选择了不授权" in person.page.text
    assert phone.grants == []


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        (lambda url: url.replace("iss=https%3A%2F%2F", "iss=https%3A%2F%2Fevil."), "another portal than the one"),
        (lambda url: url.split("&iss=")[0], "another portal than the one"),
        (lambda url: url.replace("state=", "state=x"), "No answer came within 1 seconds"),
        (lambda url: url.replace("state=", "state=x&state="), "No answer came within 1 seconds"),
        (lambda url: url.replace("/callback", "/elsewhere"), "No answer came within 1 seconds"),
    ],
    ids=["other-issuer", "no-issuer", "other-state", "two-states", "other-path"],
)
def test_an_answer_that_is_not_ours_is_not_used(phone: Phone, changed: Callable[[str], str], told: str) -> None:
    person = Person(phone.sso, changed=changed)
    assert phone.run("browser", "--timeout", "1", open_page=person.open_page) == 1
    assert told in phone.error
    assert person.page is not None and person.page.status_code in (400, 404)
    assert phone.grants == []


def test_without_a_browser_the_address_is_printed(phone: Phone) -> None:
    assert phone.run("browser", "--print-url", "--timeout", "1") == 1
    assert f"\n{PORTAL}/o/authorize/?response_type=code&client_id=mobile-app" in phone.told
    assert phone.run("browser", "--timeout", "1", open_page=lambda address: False) == 1
    assert "Open this address in a browser of this machine." in phone.told


def answering(phone: Phone, decide: Callable[[Any], Any]) -> Callable[[float], None]:
    """A person who takes the code from the screen at the second poll."""
    naps: list[float] = []

    def nap(seconds: float) -> None:
        phone.nap(seconds)
        naps.append(seconds)
        if len(naps) == 2:
            code = next(a.json()["user_code"] for a in phone.answers if "user_code" in a.text)
            browser = phone.sso.browser()
            browser.open(f"{PORTAL}/o/device/?user_code={code}")
            browser.sign_in("zp", MASTER)
            decide(browser)

    return nap


def test_by_device_code_the_app_waits_until_somebody_has_answered(phone: Phone) -> None:
    nap = answering(phone, lambda browser: browser.agree("people.read"))
    assert phone.run("device", wait=nap) == 0, phone.error
    code = next(a.json()["user_code"] for a in phone.answers if "user_code" in a.text)
    assert f"\n     {PORTAL}/o/device/\n     {code}\n" in phone.told
    assert "█" in phone.told
    assert "→ 200. It is 张鹏 (zp)." in phone.told
    assert phone.grants[:-1] == ["urn:ietf:params:oauth:grant-type:device_code"] * 2
    assert shows_no_secret(phone)


def test_a_device_that_is_declined_says_so(phone: Phone) -> None:
    assert phone.run("device", wait=answering(phone, lambda browser: browser.refuse())) == 1
    assert phone.error == "mobile_app: You chose not to share. The app got nothing.\n"


def test_a_code_that_nobody_uses_ends_and_the_polling_with_it(phone: Phone) -> None:
    assert phone.run("device") == 1
    assert phone.error == "mobile_app: The code was not used in time. Start again for a new one.\n"
    lives = next(a.json()["expires_in"] for a in phone.answers if "expires_in" in a.text)
    assert 10 < len(phone.grants) <= lives / 5


def test_the_device_heeds_slow_down(phone: Phone) -> None:
    naps: list[float] = []

    def hasty(seconds: float) -> None:
        naps.append(seconds)
        # The second time no time passes at the portal: it finds the device hasty.
        phone.nap(0 if len(naps) == 2 else seconds)
        if len(naps) > 4:
            raise KeyboardInterrupt

    assert phone.run("device", wait=hasty) == 130
    assert naps[:4] == [5, 5, 10, 10]
    assert "slow_down: from now on it waits 10 seconds." in phone.told
    assert phone.error.endswith("mobile_app: stopped\n")


def test_a_portal_that_goes_away_is_asked_half_as_often(phone: Phone) -> None:
    naps: list[float] = []

    def nap(seconds: float) -> None:
        naps.append(seconds)
        phone.nap(seconds)
        phone.sso.world.take_down(PORTAL)

    assert phone.run("device", wait=nap) == 1
    assert naps[:6] == [5, 10, 20, 40, 60, 60]


def test_the_phone_reaches_only_what_it_names(phone: Phone) -> None:
    assert phone.by_password() == 0
    assert {urlsplit(str(answer.url)).netloc for answer in phone.answers} == {
        urlsplit(PORTAL).netloc,
        urlsplit(USER_API).netloc,
    }


@pytest.mark.parametrize(
    ("arguments", "typed", "told"),
    [
        (["password"], "", "use --username NAME --password-stdin"),
        (["password", "--password-stdin"], "x\n", "--password-stdin needs --username NAME"),
        (["password", "--password-stdin", "--username", "zp"], "\n", "A user name and a password are needed"),
        (["password", "--password-stdin", "--username", "zp\udcff"], "x\n", "have to be UTF-8"),
    ],
)
def test_nothing_is_sent_before_a_password_is_there(phone: Phone, arguments: list[str], typed: str, told: str) -> None:
    assert phone.run(*arguments, typed=typed) == 1
    assert told in phone.error
    assert phone.sent == []


def test_without_a_way_the_ways_are_explained(phone: Phone) -> None:
    assert phone.run() == 0
    for way in ("password", "browser", "device"):
        assert f"python -m demo_sites.mobile_app {way} --portal {PORTAL} --user-api {USER_API}" in phone.told
    assert phone.sent == []
