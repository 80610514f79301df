"""Who is meant, among the people of one browser: the order of what can say so."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from sso_portal.base.forms import Form
from sso_portal.protocol.account_choice import choose_account, named_account
from sso_portal.protocol.call import Call
from sso_portal.protocol.end_session import read_sign_out
from sso_portal.services.sessions import Account
from sso_testkit import SingleSignOn

PEOPLE = ("zp", "lin", "ana")


@pytest.fixture
def call(sso: SingleSignOn) -> Iterator[Call]:
    """One transaction, in which zp, lin and ana are signed in; a client ``rp`` is known."""
    sso.add_person("ana")
    sso.add_client("rp", redirect_uris=["https://rp.example.test/cb"])
    with sso.portal.transaction() as unit:
        yield unit.call()


@pytest.fixture
def accounts(call: Call) -> list[Account]:
    return [account(call, name) for name in PEOPLE]


def account(call: Call, username: str) -> Account:
    user = call.services.users.by_username(username)
    assert user is not None
    session, cookie = call.services.sessions.begin(user, remember_me=False, address="", user_agent="", old_cookie=None)
    return Account(cookie, session, user)


def chosen(
    call: Call, accounts: list[Account], *, sid: str | None = None, current: int = 0, **asked: str
) -> str | None:
    found = choose_account(Form({"client_id": "rp", **asked}), accounts, accounts[current], call, chosen=sid)
    return found.user.username if found is not None else None


def claims(account: Account) -> str:
    return json.dumps({"id_token": {"sub": {"value": account.user.subject}}})


def test_the_order_of_what_names_her(call: Call, accounts: list[Account]) -> None:
    zp, lin, ana = accounts
    assert chosen(call, accounts) == "zp", "the current one"
    call.services.sessions.join(ana.session, "rp")
    assert chosen(call, accounts) == "ana", "the one the site was given"
    assert chosen(call, accounts, login_hint="LIN ") == "lin"
    assert chosen(call, accounts, login_hint="lin", claims=claims(zp)) == "zp"
    assert chosen(call, accounts, claims=claims(zp), sid=lin.session.sid) == "lin", "the person herself has said so"


@pytest.mark.parametrize(
    "text", ["{", "[", "[]", "null", "0", '"x"', '{"id_token": 1}', "[" * 9000, '{"id_token":{"sub":{}}}']
)
def test_claims_that_name_nobody(call: Call, accounts: list[Account], text: str) -> None:
    assert chosen(call, accounts, claims=text, current=1) == "lin"


def test_words_about_others_change_nothing(call: Call, accounts: list[Account]) -> None:
    for asked in (
        {"login_hint": "nobody"},
        {"id_token_hint": "x.y.z"},
        {"id_token_hint": "x" * 9000},
        {"claims": "{}"},
    ):
        assert chosen(call, accounts, **asked, current=1) == "lin"
    assert chosen(call, accounts, sid="nobody's", current=1) == "lin"
    assert chosen(call, accounts, client_id="nobody", login_hint="ana", current=1) == "lin"


def test_without_a_current_one_nobody_is_taken_for_somebody(call: Call, accounts: list[Account]) -> None:
    asked = Form({"client_id": "rp"})
    assert choose_account(asked, accounts, None, call, chosen=None) is None
    assert choose_account(asked, [], None, call, chosen="x") is None
    call.services.sessions.join(accounts[2].session, "rp")
    assert choose_account(asked, accounts, None, call, chosen=None) == accounts[2]


def test_the_last_used_counts_and_who_left_the_site_does_not(
    sso: SingleSignOn, call: Call, accounts: list[Account]
) -> None:
    for one in (accounts[1], accounts[2]):
        call.services.sessions.join(one.session, "rp")
        sso.clock.advance(10)
    assert chosen(call, accounts) == "ana"
    call.services.sign_outs.end_site(accounts[2].session, "rp")
    assert chosen(call, accounts) == "lin"


def test_a_name_that_is_anothers_address(sso: SingleSignOn, call: Call, accounts: list[Account]) -> None:
    users = call.services.users
    users.add("zp@example.test", email="z@example.test", password="a good password")
    odd = account(call, "zp@example.test")
    assert named_account([*accounts, odd], "zp@example.test") is odd, "a user name says more than an address"
    assert named_account(accounts, "") is None


def test_whom_a_sign_out_means(call: Call, accounts: list[Account]) -> None:
    def meant(**values: str) -> str | None:
        wish = read_sign_out(values, call, accounts, accounts[0])
        assert not wish.confirmed
        return wish.account.user.username if wish.account is not None else None

    lin = accounts[1]
    assert meant() == meant(logout_hint="nobody") == meant(logout_hint=lin.cookie) == "zp"
    assert meant(logout_hint="lin") == meant(logout_hint=lin.session.sid) == "lin"
    assert meant(logout_hint=lin.user.subject) == "zp", "without its site nobody knows whose name that is"
    assert meant(logout_hint=lin.user.subject, client_id="rp") == "lin"
    assert read_sign_out({}, call, accounts, None).account == accounts[0], "a person asks by herself"
    assert read_sign_out({"client_id": "rp"}, call, accounts, None).account is None, "a site is told that it is done"
