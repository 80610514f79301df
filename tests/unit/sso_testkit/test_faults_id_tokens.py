"""Id_tokens that are wrong in one thing, and keys that are not the portal's any more."""

from __future__ import annotations

import pytest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.faults import FaultNeverFired
from sso_testkit.faults.signed_tokens import claims_of, is_signed
from sso_testkit.sso import PORTAL, PROJECT_CENTER
from tests.support.kit_pages import MINE, UNCONFIRMED, assert_all_is_well, is_known, reason, signed_in, title


@pytest.mark.parametrize(
    ("switch", "check"),
    [
        # Mutant: sso_client/id_token.py does not compare the nonce.
        ("wrong_nonce", "nonce"),
        # Mutant: sso_client/signed_token.py, check_issuer lets every issuer pass.
        ("wrong_issuer", "iss"),
        # Mutant: sso_client/signed_token.py, check_audience lets every audience pass.
        ("wrong_audience", "aud"),
        # Mutant: sso_client/signed_token.py, check_times does not look at exp.
        ("expired_id_token", "exp"),
        # Mutant: sso_client/signed_token.py, open_signed takes the payload of a token that no key fits.
        ("withdrawn_key", "signature"),
    ],
)
def test_an_id_token_that_is_wrong_is_refused_for_just_that(
    browser: Browser, sso: SingleSignOn, switch: str, check: str
) -> None:
    with getattr(sso.faults, switch)():
        browser.open(MINE)
        assert (browser.page.status_int, title(browser)) == (403, UNCONFIRMED)
        assert reason(browser).startswith(f"id_token refused by the check of {check}:")
        assert not is_known(browser, PROJECT_CENTER)
    assert_all_is_well(browser)
    assert is_known(browser, PROJECT_CENTER)


def test_a_token_that_is_signed_again_without_a_change_is_good(browser: Browser, sso: SingleSignOn) -> None:
    """Mutant: the switch breaks the signature, the header or at_hash too, so that the others fail for that."""
    sso.faults.changed_id_token({})
    assert_all_is_well(browser)


def test_claims_can_be_taken_away(browser: Browser, sso: SingleSignOn) -> None:
    """Mutant: sso_client/id_token.py takes a token without a subject."""
    sso.faults.changed_id_token({"sub": None})
    browser.open(MINE)
    assert title(browser) == UNCONFIRMED
    assert reason(browser) == "id_token refused by the check of sub: no subject"


def test_a_site_believes_a_withdrawn_key_as_long_as_its_copy_is_young(sso: SingleSignOn) -> None:
    """Mutant: sso_client/keys.py keeps its copy of the JWK Set for ever."""
    signed_in(sso)
    sso.faults.withdrawn_key()
    assert_all_is_well(signed_in(sso))
    sso.clock.advance(hours=25)
    late = signed_in(sso)
    assert reason(late) == "id_token refused by the check of signature: no key of the portal has signed it"
    sso.faults.restore()
    assert_all_is_well(late)


def test_an_answer_without_an_id_token_is_no_occasion(sso: SingleSignOn) -> None:
    """Mutant: the switch counts every answer of the token endpoint."""
    secret = sso.add_client("machine", grant_types=["client_credentials"], response_types=[])
    sso.faults.wrong_nonce()
    form = {"grant_type": "client_credentials", "client_id": "machine", "client_secret": secret}
    answer = sso.world.http().post(f"{PORTAL}/o/token/", form, timeout=5)
    assert answer.json()["access_token"]
    with pytest.raises(FaultNeverFired, match="no id_token in it that is signed"):
        sso.faults.check()


@pytest.mark.parametrize("token", [None, 7, "", "a.b", "a.b.", "a.b.c.d.e", "a.b.c.d"])
def test_what_is_not_signed_is_known(token: object) -> None:
    """Mutant: an encrypted token (five parts) or an unsigned one (an empty third) is taken apart."""
    assert not is_signed(token)


def test_claims_are_read_whatever_their_length() -> None:
    """Mutant: the padding of base64url is forgotten."""
    for claims in ("e30", "eyJhIjoxfQ", "eyJhIjoxMX0", "eyJhIjoxMTF9"):
        assert set(claims_of(f"e30.{claims}.x")) <= {"a"}
