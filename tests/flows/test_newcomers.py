"""A newcomer creates an account on her way to a site, and arrives there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.browser import Tab
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL, PROJECT_CENTER

ANA = {"username": "ana", "name": "安娜", "email": "ana@example.test", "password": "a good password"}
CREATE = f"{PORTAL}/account/create"


@pytest.fixture
def sso(make_sso: Callable[..., SingleSignOn]) -> SingleSignOn:
    """A portal at which newcomers may create accounts."""
    return make_sso({"sso.sign_up.enabled": "true"})


@pytest.fixture
def newcomer(sso: SingleSignOn) -> Browser:
    """A browser that has never been anywhere."""
    return sso.browser()


def fill_in(browser: Tab, **changes: str) -> Any:
    """Fill in the form that the browser shows and send it."""
    form = browser.page.forms[0]
    for name, value in {**ANA, **changes}.items():
        form[name] = value
    return browser.submit(form)


def test_from_a_site_to_the_site(newcomer: Browser) -> None:
    newcomer.open(f"{PROJECT_CENTER}/mine?page=2")
    newcomer.click("Create an account")
    assert "to continue to <strong>Project Center</strong>" in newcomer.text
    fill_in(newcomer)
    assert newcomer.url == f"{PROJECT_CENTER}/mine?page=2"
    assert "ana" in newcomer.text
    newcomer.open(f"{PORTAL}/")
    assert "Hello, 安娜" in newcomer.text


def test_she_signs_in_the_next_time(sso: SingleSignOn, newcomer: Browser) -> None:
    newcomer.open(CREATE)
    fill_in(newcomer)
    assert newcomer.url == f"{PORTAL}/"
    other = sso.browser()
    other.open(f"{PROJECT_CENTER}/mine")
    other.sign_in("Ana", ANA["password"])
    assert other.url == f"{PROJECT_CENTER}/mine"


def test_there_and_back_between_the_two_pages(newcomer: Browser) -> None:
    newcomer.open(f"{PROJECT_CENTER}/mine")
    newcomer.click("Create an account")
    newcomer.click("I have an account")
    newcomer.sign_in("zp", "penadmin")
    assert newcomer.url == f"{PROJECT_CENTER}/mine"


def test_errors_stand_at_their_fields_and_nothing_typed_is_lost_but_the_password(newcomer: Browser) -> None:
    newcomer.open(f"{PROJECT_CENTER}/mine")
    newcomer.click("Create an account")
    page = fill_in(newcomer, username="zp", email="an address", password="short")
    assert "This is not an e-mail address." in page.text
    assert "A password has 8 to 1024 characters." in page.text
    assert "taken" not in page.text, "that is asked only when all the rest is right"
    page = fill_in(newcomer, username="zp")
    field = page.html.find(id="username")
    assert (
        page.html.find(id=field["aria-describedby"].split()[0]).text == "This user name is taken. Choose another one."
    )
    assert field["aria-invalid"] == "true"
    assert field.has_attr("autofocus")
    form = page.forms[0]
    typed = {name: form[name].value for name in ANA}
    assert typed == {**ANA, "username": "zp", "password": ""}
    fill_in(newcomer)
    assert newcomer.url == f"{PROJECT_CENTER}/mine"


def test_an_empty_form_names_every_field(newcomer: Browser) -> None:
    newcomer.open(CREATE)
    page = fill_in(newcomer, username="", name="", email="", password="")
    for sentence in ("Choose a user name.", "Type your name.", "Type your e-mail address.", "Choose a password."):
        assert sentence in page.text


def test_in_her_language_also_when_she_switches_on_the_way(sso: SingleSignOn) -> None:
    newcomer = sso.browser("zh-CN")
    newcomer.open(f"{PROJECT_CENTER}/mine")
    newcomer.click("注册账号")
    assert "继续前往<strong>项目中心</strong>" in newcomer.text
    assert "这个用户名已被使用" in fill_in(newcomer, username="zp").text
    newcomer.click("English")
    assert "Create an account" in newcomer.text
    fill_in(newcomer)
    assert newcomer.url == f"{PROJECT_CENTER}/mine"


def test_the_back_button_after_creating_an_account(newcomer: Browser) -> None:
    newcomer.open(f"{PROJECT_CENTER}/mine")
    newcomer.click("Create an account")
    create_page = newcomer.url
    fill_in(newcomer)
    newcomer.open(create_page)
    assert "Signed in as <strong>安娜</strong>" in newcomer.text
    newcomer.click("Continue")
    assert newcomer.url == f"{PROJECT_CENTER}/mine"


def test_the_form_sent_twice_makes_one_account(sso: SingleSignOn, newcomer: Browser) -> None:
    newcomer.open(f"{PROJECT_CENTER}/mine")
    newcomer.click("Create an account")
    same = newcomer.new_tab()
    same.open(newcomer.url)
    fill_in(newcomer)
    fill_in(same)
    assert newcomer.url == same.url == f"{PROJECT_CENTER}/mine"
    with sso.portal.transaction() as unit:
        assert [user.username for user in unit.users.all()] == ["ana", "lin", "zp"]


def test_a_page_that_was_open_for_long(newcomer: Browser) -> None:
    newcomer.open(f"{CREATE}?next=/healthz")
    newcomer.forget("__Host-sso_csrf")
    page = fill_in(newcomer)
    assert "Nothing is lost; press the button once more." in page.text
    assert page.forms[0]["email"].value == ANA["email"]
    fill_in(newcomer)
    assert newcomer.url == f"{PORTAL}/healthz"


def test_somebody_who_is_signed_in_is_told_so_and_may_still_create_another(newcomer: Browser) -> None:
    newcomer.open(f"{PORTAL}/o/login/")
    newcomer.sign_in("zp", "penadmin")
    newcomer.open(f"{CREATE}?next={PROJECT_CENTER}/mine")
    newcomer.open(f"{CREATE}?next=/")
    assert "Signed in as <strong>张鹏</strong>" in newcomer.text
    assert newcomer.page.html.find("a", string="Sign out")
    fill_in(newcomer)
    assert "Hello, 安娜" in newcomer.text


@pytest.mark.parametrize("wish", [{}, {"max_age": "0"}, {"prompt": "login"}, {"prompt": "select_account"}], ids=str)
def test_who_has_just_chosen_a_password_is_not_asked_for_it(
    newcomer: Browser, register: Callable[..., RelyingParty], wish: dict[str, str]
) -> None:
    bank = register("bank", always_authenticate=True)
    newcomer.open(bank.url(**wish))
    newcomer.click("Create an account")
    fill_in(newcomer)
    assert "code" in bank.answer(newcomer)


def test_who_has_to_prove_herself_is_offered_no_new_account(browser: Browser, rp: RelyingParty) -> None:
    browser.open(rp.url(prompt="login"))
    assert "Confirm it is you" in browser.text
    assert "Create an account" not in browser.text


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_where_accounts_are_not_created_there_is_no_page_and_no_link(
    make_sso: Callable[..., SingleSignOn], method: str
) -> None:
    closed = make_sso().browser()
    closed.open(f"{PROJECT_CENTER}/mine")
    assert "Create an account" not in closed.text
    fields = [*ANA.items(), ("csrf_token", closed.page.forms[0]["csrf_token"].value)]
    answer = closed.request(method, CREATE, fields if method == "POST" else None)
    assert answer.status_int == 404
    assert "There is no such page" in answer.text


def test_a_site_that_wishes_for_a_new_account_gets_one(newcomer: Browser, rp: RelyingParty) -> None:
    newcomer.open(rp.url(prompt="create"))
    assert newcomer.url.startswith(f"{CREATE}?next=/o/authorize/")
    fill_in(newcomer)
    claims = rp.userinfo(rp.redeem(rp.answer(newcomer)["code"]).json["access_token"]).json
    assert claims["preferred_username"] == "ana"


def test_who_has_an_account_already_may_use_it_instead(newcomer: Browser, rp: RelyingParty) -> None:
    newcomer.open(rp.url(prompt="create"))
    newcomer.click("I have an account")
    newcomer.sign_in("zp", "penadmin")
    assert "code" in rp.answer(newcomer)
    newcomer.open(rp.url(prompt="create", state="again"))
    assert "Signed in as <strong>张鹏</strong>" in newcomer.text
    newcomer.click("Continue")
    assert rp.answer(newcomer)["state"] == "again"
    assert "code" in rp.answer(newcomer)
