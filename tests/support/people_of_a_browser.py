"""Several people in one browser: how they come, who is there, how they go."""

from __future__ import annotations

from sso_testkit import Browser
from sso_testkit.browser import Tab
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL

CHOOSER = f"{PORTAL}/o/login/?prompt=select_account&next=/"
PASSWORDS = {"zp": "penadmin", "lin": "lin-demo-password"}


def enter(browser: Tab, username: str, *, remember_me: bool = False) -> None:
    """Sign in beside whoever is signed in already."""
    browser.open(f"{PORTAL}/o/login/?prompt=select_account&account=new&next=/")
    browser.sign_in(username, PASSWORDS.get(username, "a good password"), remember_me=remember_me)


def who(site: RelyingParty, tab: Tab, **changes: str | None) -> str:
    """Whom the site is given, or the error it is told."""
    tab.open(site.url(**changes))
    return given(site, tab)


def given(site: RelyingParty, tab: Tab) -> str:
    """Whom the site is given now that the browser has come back to it, or the error it is told."""
    answer = site.answer(tab)
    if "error" in answer:
        return answer["error"]
    return str(site.userinfo(site.redeem(answer["code"]).json["access_token"]).json["preferred_username"])


def id_token(site: RelyingParty, tab: Tab, **changes: str) -> str:
    """An id_token of whoever answers."""
    return str(site.redeem(site.code(tab, **changes)).json["id_token"])


def greeted(browser: Browser) -> str:
    """Who the portal's own pages are for."""
    text = browser.new_tab().open(f"{PORTAL}/").text
    return next((name for name, shown in (("zp", "Hello, 张鹏"), ("lin", "Hello, 林晓")) if shown in text), "nobody")


def sign_out(tab: Tab, query: str = "", decision: str = "sign_out") -> None:
    """Press the button of the page that asks."""
    tab.open(f"{PORTAL}/o/logout/{query}")
    tab.submit(next(form for form in tab.page.forms.values() if "decision" in form.fields), "decision", decision)
