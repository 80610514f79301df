"""What a person sees of the project center when a sign-in there goes well, or does not."""

from __future__ import annotations

from sso_testkit import Browser, SingleSignOn
from sso_testkit.browser import Tab
from sso_testkit.sso import PROJECT_CENTER

MINE = f"{PROJECT_CENTER}/mine"
UNCONFIRMED = "Your sign-in could not be confirmed"
UNAVAILABLE = "The sign-in page does not answer"
RUN_OUT = "This sign-in has run out"


def title(tab: Tab) -> str:
    """The heading of the page shown."""
    return str(tab.page.html.find("h1").get_text())


def reason(tab: Tab) -> str:
    """What the page tells the people who run the site."""
    return str(tab.page.html.find("code").get_text())


def is_known(tab: Tab, address: str) -> bool:
    """Whether the start page of a demo site, opened anew, shows somebody's name."""
    tab.open(f"{address}/")
    return tab.page.html.find(string=lambda text: text in {"张鹏", "林晓"}) is not None


def signed_in(sso: SingleSignOn, url: str = MINE) -> Browser:
    """A new browser in which lin has come to a page of a site."""
    browser = sso.browser()
    browser.open(url)
    browser.sign_in("lin", "lin-demo-password")
    return browser


def assert_all_is_well(tab: Tab, url: str = MINE) -> None:
    """Whoever is signed in at the portal comes to the page that she wants."""
    tab.open(url)
    assert (tab.url, tab.page.status_int) == (url, 200)
