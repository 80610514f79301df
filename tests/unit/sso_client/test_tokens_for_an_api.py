"""`sso.resource`: the tokens of `request.sso.api()` are for the API that the site names; the first opens userinfo."""

from __future__ import annotations

import pytest

from sso_client.errors import SettingsProblem
from sso_client.settings import read_settings
from sso_testkit import SingleSignOn
from sso_testkit.sso import PORTAL, PROJECT_CENTER
from tests.support.platform import PROJECT_API, add_platform

WRITTEN = {
    "sso.issuer": "https://portal.example.test",
    "sso.client_id": "shop",
    "sso.client_secret": "s",
    "sso.scope": "openid",
}


@pytest.mark.parametrize("name", ["", "files_api", "https://files.example.test/v1"])
def test_an_api_is_named_by_its_address_or_its_name(name: str) -> None:
    assert read_settings({**WRITTEN, "sso.resource": name}).resource == name


@pytest.mark.parametrize("name", ["two names", "https://files.example.test/#part", "x" * 513, "文件"])
def test_what_names_no_api_is_refused(name: str) -> None:
    with pytest.raises(SettingsProblem, match=r"sso\.resource"):
        read_settings({**WRITTEN, "sso.resource": name})


def test_userinfo_is_asked_with_one_token_and_the_api_with_another(sso: SingleSignOn) -> None:
    add_platform(sso)
    browser = sso.browser()
    browser.open(f"{PROJECT_CENTER}/own")
    browser.sign_in("zp", "penadmin")
    hops = [hop for hop in sso.journal.hops if hop.actor == "project.example.test"]
    tokens = {hop.url.partition("?")[0]: hop.request_headers.get("Authorization", "") for hop in hops}
    assert tokens[f"{PORTAL}/o/userinfo/"] != tokens[f"{PROJECT_API}/projects"]
    forms = [dict(hop.form) for hop in hops if hop.url == f"{PORTAL}/o/token/"]
    assert [form.get("resource") for form in forms] == [None, PROJECT_API]


def test_a_site_that_names_none_keeps_its_first_token(sso: SingleSignOn) -> None:
    browser = sso.browser()
    browser.open(f"{PROJECT_CENTER}/mine")
    browser.sign_in("zp", "penadmin")
    forms = [dict(hop.form) for hop in sso.journal.hops if hop.url == f"{PORTAL}/o/token/"]
    assert [form["grant_type"] for form in forms] == ["authorization_code"]
    assert "resource" not in forms[0]


def test_without_a_refresh_token_the_first_one_serves_as_long_as_it_is_good(sso: SingleSignOn) -> None:
    add_platform(sso)
    sso.edit_client("project-center", grant_types=["authorization_code"])
    browser = sso.browser()
    browser.open(f"{PROJECT_CENTER}/mine")
    browser.sign_in("zp", "penadmin")
    browser.open(f"{PROJECT_CENTER}/own")
    # The API does not take it, and says so; nobody is sent to sign in round and round.
    assert browser.page.status_int == 503
    browser.open(f"{PROJECT_CENTER}/mine")
    assert browser.url == f"{PROJECT_CENTER}/mine"
