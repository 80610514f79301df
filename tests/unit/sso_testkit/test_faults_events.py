"""What happens at the portal while a site is not looking."""

from __future__ import annotations

from typing import Any

import pytest
from pyramid.config import Configurator
from pyramid.request import Request
from pyramid.response import Response

from sso_testkit import SingleSignOn
from sso_testkit.faults import FaultNeverFired
from sso_testkit.sso import PORTAL, PROJECT_CENTER, TALENT_CENTER
from tests.support.kit_pages import MINE, assert_all_is_well, is_known, signed_in

LEDGER = "https://ledger.example.test"


def _balance(request: Request) -> Response:
    return Response(text=request.sso.api().get(f"{PORTAL}/o/userinfo/").json()["preferred_username"])


@pytest.fixture
def ledger(sso: SingleSignOn, tmp_path: Any) -> str:
    """A page of a site that asks the portal with the person's token at every view."""
    callback = f"{LEDGER}/sso/callback"
    settings = {
        "sso.issuer": PORTAL,
        "sso.client_id": "ledger",
        "sso.client_secret": sso.add_client("ledger", redirect_uris=[callback], consent="silent"),
        "sso.scope": "openid profile",
        "sso.store": str(tmp_path / "ledger.sqlite3"),
    }
    config = Configurator(settings=settings)
    config.registry["sso_client.http"], config.registry["sso_client.clock"] = sso.world.http, sso.clock
    config.include("sso_client.pyramid")
    config.add_route("balance", "/balance")
    config.add_view(_balance, route_name="balance", sign_in=True)
    sso.world.add(LEDGER, config.make_wsgi_app())
    return f"{LEDGER}/balance"


def _fetches_of_keys(sso: SingleSignOn) -> int:
    return sum(hop.url == f"{PORTAL}/o/jwks/" for hop in sso.world.journal.hops)


def test_a_site_asks_for_keys_that_it_does_not_know(sso: SingleSignOn) -> None:
    """Mutant: sso_client/keys.py does not fetch again when a token names an unknown key."""
    signed_in(sso)
    assert _fetches_of_keys(sso) == 1
    fault = sso.faults.rotated_key()
    assert_all_is_well(signed_in(sso))
    assert (_fetches_of_keys(sso), fault.fired) == (2, 1)


def test_a_logout_token_by_a_new_key_counts_too(sso: SingleSignOn) -> None:
    """Mutants: sso_client/keys.py as above; the switch looks at id_tokens only."""
    browser = signed_in(sso)
    fault = sso.faults.rotated_key()
    sso.faults.session_ended_by_administrator("lin")
    assert fault.fired == 1
    assert sso.effects.logout_tokens.only().status == 200
    assert not is_known(browser, PROJECT_CENTER)


def test_new_keys_that_nobody_meets_are_told_of(sso: SingleSignOn) -> None:
    """Mutant: the switch has fired as soon as the keys are made."""
    signed_in(sso)
    sso.faults.rotated_key()
    with pytest.raises(FaultNeverFired, match="the portal signs with new keys: nothing came by"):
        sso.faults.check()


def test_a_site_whose_refresh_token_was_revoked_asks_the_person_back(sso: SingleSignOn, ledger: str) -> None:
    """Mutants: sso_portal/protocol/validator/refresh_tokens.py takes a token of a revoked family;
    sso_client/access_tokens.py keeps the session when the portal says invalid_grant."""
    browser = signed_in(sso, ledger)
    sso.clock.advance(minutes=61)
    fault = sso.faults.refresh_token_revoked()
    browser.open(ledger)
    assert (browser.url, browser.text, fault.fired) == (ledger, "lin", 1)
    assert any("/o/authorize/" in hop for hop in browser.hops)
    assert sso.effects.refusals.only().check == "refresh_token_revoked"
    sso.faults.restore()
    sso.clock.advance(minutes=61)
    browser.open(ledger)
    assert (browser.text, browser.hops) == ("lin", [f"GET {ledger}"])


def test_an_exchange_of_a_code_is_no_refresh(sso: SingleSignOn, ledger: str) -> None:
    """Mutant: the switch matches every call of the token endpoint."""
    fault = sso.faults.refresh_token_revoked(optional=True)
    assert signed_in(sso, ledger).text == "lin"
    assert fault.fired == 0


def test_an_administrator_ends_the_session_everywhere(sso: SingleSignOn) -> None:
    """Mutants: sso_portal/services/sign_outs.py, end_all_of ends nothing; sso_client/logout_token.py ends nothing."""
    browser = signed_in(sso)
    assert_all_is_well(browser, f"{TALENT_CENTER}/mine")
    sso.faults.session_ended_by_administrator("lin")
    assert {(n.client_id, n.state, n.because) for n in sso.effects.notices} == {
        ("project-center", "signed_out", "ended_by_administrator"),
        ("talent-center", "signed_out", "ended_by_administrator"),
    }
    browser.open(MINE)
    assert browser.url.startswith(f"{PORTAL}/o/login/")
    browser.sign_in("lin", "lin-demo-password")
    assert_all_is_well(browser)


def test_a_session_that_nobody_has_cannot_be_ended(sso: SingleSignOn) -> None:
    """Mutant: the switch has fired although it has ended nothing."""
    sso.faults.session_ended_by_administrator("lin")
    with pytest.raises(FaultNeverFired, match="lin was signed in nowhere"):
        sso.faults.check()


def test_a_restart_in_the_middle_of_a_sign_in_is_not_noticed(sso: SingleSignOn) -> None:
    """Mutant: sso_portal/wiring/parts.py draws the key of its hashes at each start."""
    before, browser = sso.portal, sso.browser()
    browser.open(MINE)
    sso.faults.portal_restarted()
    assert sso.portal is not before
    browser.sign_in("lin", "lin-demo-password")
    assert browser.url == MINE
    sso.faults.portal_restarted()
    assert_all_is_well(browser, f"{TALENT_CENTER}/mine")
    sso.faults.check()
