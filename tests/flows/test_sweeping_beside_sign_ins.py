"""Sweeping while people sign in: between two batches they go ahead."""

from __future__ import annotations

import threading

from sqlalchemy import text

from sso_testkit import SingleSignOn
from sso_testkit.relying_party import RelyingParty

_MANY = text(
    "INSERT INTO used_once (key, expires_at) WITH RECURSIVE n(i) AS "
    "(SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :rows) SELECT 'k' || i, i FROM n"
)


def leave_behind(sso: SingleSignOn, rows: int) -> None:
    """So many notes that nobody needs any more."""
    with sso.portal.database.engine.begin() as connection:
        connection.execute(_MANY, {"rows": rows})


def sign_in(sso: SingleSignOn, rp: RelyingParty) -> None:
    """From the site to the portal, back with a code, and the tokens for it."""
    browser = sso.browser()
    browser.open(rp.url())
    browser.sign_in("zp", "penadmin")
    assert rp.redeem(rp.answer(browser)["code"]).status_int == 200
    browser.close()


def test_a_sign_in_between_two_batches_goes_through(sso: SingleSignOn, rp: RelyingParty) -> None:
    leave_behind(sso, 1_700)
    signed_in = 0

    def go_on() -> bool:
        nonlocal signed_in
        # A batch that still held the database would keep it waiting until it is refused.
        sign_in(sso, rp)
        signed_in += 1
        return True

    assert sso.portal.sweep(go_on)["used_once"] == 1_700
    assert signed_in == 3


def test_sign_ins_beside_a_long_sweep_all_succeed(sso: SingleSignOn, rp: RelyingParty) -> None:
    leave_behind(sso, 100_000)
    started, enough = threading.Event(), threading.Event()

    def go_on() -> bool:
        started.set()
        return not enough.wait(0.01)

    sweeping = threading.Thread(target=sso.portal.sweep, args=(go_on,))
    sweeping.start()
    assert started.wait(10)
    try:
        for _ in range(3):
            sign_in(sso, rp)
    finally:
        enough.set()
        sweeping.join(30)
    assert not sweeping.is_alive()
