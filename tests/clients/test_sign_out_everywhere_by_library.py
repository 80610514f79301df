"""Signing out at one site ends the session at the other: one uses openid-client and jose, the other one Authlib."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
import requests
from bs4 import BeautifulSoup
from joserfc.errors import JoseError

from tests.support.authlib_site import AuthlibSite
from tests.support.logout_door import LogoutDoor
from tests.support.openid_client import OpenidClient
from tests.support.person import Person
from tests.support.registrations import SIGNED_OUT

NODE, AUTHLIB = "hears-by-node", "hears-by-authlib"


@pytest.fixture
def by_node(openid_client: Callable[..., OpenidClient]) -> OpenidClient:
    """A site that uses openid-client."""
    return openid_client(NODE)


@pytest.fixture
def by_authlib(authlib_site: Callable[..., AuthlibSite], logout_door: LogoutDoor) -> AuthlibSite:
    """A site that uses Authlib, behind its door."""
    site = authlib_site(AUTHLIB)
    logout_door.hear = site.hear
    logout_door.tokens.clear()
    return site


@pytest.fixture
def signed_in(by_node: OpenidClient, by_authlib: AuthlibSite, person: Person) -> dict[str, Any]:
    """She is signed in at both; answers the id_token of each."""
    node_tokens = by_node.code_grant(person.visit(by_node.authorization_url()))
    tokens, claims = by_authlib.code_grant(person.visit(by_authlib.authorization_url()))
    assert by_node.people() == by_authlib.people == {claims["sid"]: claims["sub"]}
    return {NODE: node_tokens["id_token"], AUTHLIB: tokens["id_token"]}


def eventually(found: Callable[[], object]) -> bool:
    """Whether something comes true: the portal tells sites while the person waits, but not for ever."""
    end = time.monotonic() + 30
    while not found():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


def goodbye(page: BeautifulSoup) -> tuple[set[str], str]:
    """The sites that the page names, and where it leads back to."""
    names = {str(name.get_text(strip=True)) for name in page.select("main ul.told strong")}
    back = page.select_one(f'main a[href^="{SIGNED_OUT}"]')
    assert back is not None
    return names, str(back["href"])


def test_signing_out_by_openid_client_ends_the_session_at_the_site_of_authlib(
    by_node: OpenidClient, by_authlib: AuthlibSite, person: Person, signed_in: dict[str, str]
) -> None:
    parameters = {"post_logout_redirect_uri": SIGNED_OUT, "id_token_hint": signed_in[NODE], "state": "from node"}
    page = person.sign_out(by_node.call("endSessionUrl", parameters=parameters))
    assert person.pages == ["You are signed out."]
    assert goodbye(page) == ({f"Site {NODE}", f"Site {AUTHLIB}"}, f"{SIGNED_OUT}?state=from+node")
    assert eventually(lambda: not by_authlib.people)
    assert eventually(lambda: not by_node.people()), "it hears of its own sign-out too"
    assert person.visit(by_authlib.authorization_url(prompt="none")).parameters["error"] == "login_required"


def test_signing_out_by_authlib_ends_the_session_at_the_site_of_openid_client(
    by_node: OpenidClient, by_authlib: AuthlibSite, person: Person, signed_in: dict[str, str]
) -> None:
    address = by_authlib.sign_out_url(
        signed_in[AUTHLIB], client_id=AUTHLIB, post_logout_redirect_uri=SIGNED_OUT, state="from authlib"
    )
    names, back = goodbye(person.sign_out(address))
    assert (names, back) == ({f"Site {NODE}", f"Site {AUTHLIB}"}, f"{SIGNED_OUT}?state=from+authlib")
    assert eventually(lambda: not by_node.people())
    assert eventually(lambda: not by_authlib.people)


@pytest.mark.usefixtures("signed_in")
def test_a_person_who_signs_out_at_the_portal_is_signed_out_of_both(
    by_node: OpenidClient, by_authlib: AuthlibSite, person: Person
) -> None:
    person.sign_out(f"{person.portal}/o/logout/")
    assert person.pages == ["Sign out?", "You are signed out."]
    assert eventually(lambda: not by_authlib.people)
    assert eventually(lambda: not by_node.people())


def test_the_libraries_take_no_other_sites_token_and_no_id_token(
    by_node: OpenidClient,
    by_authlib: AuthlibSite,
    person: Person,
    logout_door: LogoutDoor,
    signed_in: dict[str, str],
    node_door: str,
) -> None:
    person.sign_out(f"{person.portal}/o/logout/")
    assert eventually(lambda: not by_authlib.people and not by_node.people())
    (token,) = logout_door.tokens
    by_authlib.hear(token)
    for wrong in (signed_in[AUTHLIB], signed_in[NODE], token[:-4] + "AAAA"):
        with pytest.raises(JoseError):
            by_authlib.hear(wrong)
    for wrong in (token, signed_in[NODE]):
        answer = requests.post(node_door, data={"logout_token": wrong}, timeout=30)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (400, "no-store")
