"""Names of browsers and systems; more of them are in the tests of the page that shows them."""

from __future__ import annotations

import pytest

from sso_portal.base.browsers import browser_name, system_name

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
WECOM = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 "
    "wxwork/4.1.6 MicroMessenger/7.0.1 Language/zh"
)


@pytest.mark.parametrize(
    ("user_agent", "browser", "system"),
    [(FIREFOX, "Firefox", "Linux"), (WECOM, "WeCom", "iPhone"), ("curl/8.5.0", "curl", ""), ("", "", "")],
)
def test_what_people_call_them(user_agent: str, browser: str, system: str) -> None:
    assert (browser_name(user_agent), system_name(user_agent)) == (browser, system)


@pytest.mark.parametrize("user_agent", ["\x1b[2J" * 100, "Firefox/\u202e1", "\0", "Mozilla/5.0 (" + "\n" * 300])
def test_whatever_it_says_the_names_are_short_and_printable(user_agent: str) -> None:
    for name in (browser_name(user_agent), system_name(user_agent)):
        assert len(name) <= 40
        assert name.isprintable()
