"""The consent page says what an API's own scopes mean, in the words that its operator has registered."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sso_testkit import SingleSignOn
from sso_testkit.relying_party import RelyingParty
from tests.support.platform import add_platform

SCOPES = "openid learning.read videos.read people.burn"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["See which lessons you have finished", "See which videos you have watched"]),
        ("zh-CN", ["查看你学完了哪些课程", "查看你看过哪些视频"]),
    ],
)
def test_each_scope_is_a_sentence(
    sso: SingleSignOn, register: Callable[..., RelyingParty], language: str, words: list[str]
) -> None:
    add_platform(sso)
    site = register("partner", consent="explicit", scope=SCOPES)
    browser = sso.browser(language=language)
    browser.open(site.url(scope=SCOPES))
    browser.sign_in("lin", "lin-demo-password")
    for sentence in words:
        browser.see(sentence)
    browser.see("people.burn")  # nobody has described it
    assert "learning.read</" not in browser.text


def test_a_description_cannot_break_out_of_the_page(sso: SingleSignOn, register: Callable[..., RelyingParty]) -> None:
    add_platform(sso)
    sso.edit_client("open_api", resource_scope_descriptions={"learning.read": "<script>alert(1)</script>"})
    site = register("partner", consent="explicit", scope="openid learning.read")
    browser = sso.browser()
    browser.open(site.url(scope="openid learning.read"))
    browser.sign_in("lin", "lin-demo-password")
    assert "<script>alert" not in browser.text
    browser.see("<script>alert(1)</script>")
