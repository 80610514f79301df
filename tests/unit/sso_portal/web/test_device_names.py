"""Browsers and systems by the names that people know them by."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from pyramid.testing import DummyRequest, setUp, tearDown

from sso_portal.web.account.device_names import device_name

CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/125.0.0.0"
APPLE = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
IPHONE = f"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) {APPLE}"
ANDROID = f"Mozilla/5.0 (Linux; Android 13; V2148A Build/TP1A; wv) AppleWebKit/537.36 Version/4.0 {CHROME}"


@pytest.fixture(params=["en"])
def request_in(request: pytest.FixtureRequest) -> DummyRequest:
    """A request in a language, with the catalogues."""
    reading = DummyRequest()
    config = setUp(request=reading)
    config.add_translation_dirs("sso_portal:locale")
    reading.locale_name = request.param
    yield reading
    tearDown()


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (f"{WINDOWS} Gecko/20100101 Firefox/130.0", "Firefox on Windows"),
        (f"{WINDOWS} {CHROME} Safari/537.36", "Chrome on Windows"),
        (f"{WINDOWS} {CHROME} Safari/537.36 Edg/125.0.0.0", "Edge on Windows"),
        (f"{WINDOWS} {CHROME} Safari/537.36 OPR/110.0.0.0", "Opera on Windows"),
        (f"{WINDOWS} {CHROME} Safari/537.36 QQBrowser/11.7.5287.400", "QQ Browser on Windows"),
        ("Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko", "Internet Explorer on Windows"),
        ("Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:126.0) Gecko/20100101 Firefox/126.0", "Firefox on Ubuntu"),
        (f"Mozilla/5.0 (X11; Linux x86_64) {CHROME} Safari/537.36", "Chrome on Linux"),
        (f"Mozilla/5.0 (X11; Linux x86_64) {CHROME.replace('Chrome', 'HeadlessChrome')}", "Chrome on Linux"),
        (f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {CHROME} Safari/537.36", "Chrome on ChromeOS"),
        (
            f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {APPLE} Version/17.5 Safari/605.1.15",
            "Safari on macOS",
        ),
        (f"{IPHONE} Version/17.5 Mobile/15E148 Safari/604.1", "Safari on iPhone"),
        (f"{IPHONE} CriOS/125.0.6422.80 Mobile/15E148 Safari/604.1", "Chrome on iPhone"),
        (f"{IPHONE} Mobile/15E148", "Safari on iPhone"),
        (f"Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) {APPLE} Version/17.5 Safari/604.1", "Safari on iPad"),
        (f"Mozilla/5.0 (Linux; Android 10; K) {CHROME} Mobile Safari/537.36", "Chrome on Android"),
        (f"{ANDROID} Mobile Safari/537.36", "Chrome on Android"),
        ("Mozilla/5.0 (Android 14; Mobile; rv:126.0) Gecko/126.0 Firefox/126.0", "Firefox on Android"),
        (f"Mozilla/5.0 (Phone; OpenHarmony 5.0) {CHROME} HuaweiBrowser/5.0.4.300", "Huawei Browser on HarmonyOS"),
        (f"{ANDROID} Mobile Safari/537.36 MMWEBSDK/2 MicroMessenger/8.0.42.2460(0x28002A35)", "WeChat on Android"),
        (f"{IPHONE} Mobile/15E148 MicroMessenger/8.0.33(0x18002129)", "WeChat on iPhone"),
        (f"{WINDOWS} {CHROME} MicroMessenger/7.0.20.1781 WindowsWechat wxwork/4.0.0", "WeCom on Windows"),
        (f"{IPHONE} Mobile/20A362 AliApp(DingTalk/7.0.10) com.laiwang.DingTalk/28000000", "DingTalk on iPhone"),
        (f"{WINDOWS} Something/1.0", "Unknown browser on Windows"),
        ("curl/8.5.0", "curl"),
        ("nothing that anybody knows", "Unknown browser"),
        ("", "Unknown browser"),
    ],
)
def test_what_a_device_is_called(request_in: DummyRequest, user_agent: str, name: str) -> None:
    assert device_name(request_in, user_agent) == name


@pytest.mark.parametrize("request_in", ["zh_CN"], indirect=True)
@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (f"{WINDOWS} Gecko/20100101 Firefox/130.0", "Windows 上的 Firefox"),
        (f"{ANDROID} Mobile Safari/537.36 MicroMessenger/8.0.42.2460", "Android 上的 微信"),
        (f"{WINDOWS} Something/1.0", "Windows 上的未知浏览器"),
        ("", "未知浏览器"),
    ],
)
def test_what_it_is_called_in_chinese(request_in: DummyRequest, user_agent: str, name: str) -> None:
    assert device_name(request_in, user_agent) == name


@pytest.mark.parametrize(
    "user_agent",
    [
        "A" * 300,
        "(" * 300,
        "Mozilla/5.0 " + "(" * 144 + ")" * 144,
        "Mozilla/5.0 (Linux; Android " + "; " * 130,
        "Mozilla/" * 37,
        "Opera/9.80 (" + "a;" * 140,
        " " * 300,
        "\x1b]0;title\x07\x9b31m\u202e<script>${browser}${system}%(x)s",
        "é\xff\x80" * 100,
    ],
)
def test_a_hostile_browser_costs_little_and_is_told_in_one_line(request_in: DummyRequest, user_agent: str) -> None:
    begun = time.perf_counter()
    name = device_name(request_in, user_agent)
    assert time.perf_counter() - begun < 2
    assert name.isprintable()
    assert 0 < len(name) <= 100


def test_a_name_that_the_browser_has_chosen_is_short_and_printable(request_in: DummyRequest) -> None:
    evil = "Evil\x1b[31m" * 3 + f"Browser/1.0 {'B' * 200}/2.0"
    name = device_name(request_in, f"Mozilla/5.0 (X11; Linux x86_64) {evil}")
    assert name.isprintable()
    assert len(name) <= 100


def test_the_library_is_not_there_before_a_device_is_named(tmp_path: Path) -> None:
    script = (
        "import sys\nfrom pathlib import Path\nfrom sso_testkit import SingleSignOn\n"
        "sso = SingleSignOn(Path(sys.argv[1]))\nsso.browser().open('https://portal.example.test/o/login/')\n"
        "print(sorted({name.split('.')[0] for name in sys.modules} & {'ua_parser', 'maxminddb'}))\nsso.close()\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
