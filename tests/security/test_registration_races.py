"""Registrations that change, or go, while others are at work with them."""

from __future__ import annotations

import webtest

from sso_testkit.sso import PORTAL
from sso_testkit.together import together
from tests.support.corner_shop import SHOP, Corner, anywhere, corner, signed_in

__all__ = ["anywhere", "corner"]


def test_of_twenty_changes_at_once_one_secret_is_good(anywhere: Corner) -> None:
    told = anywhere.register(token_endpoint_auth_method="none")
    answers = together(20, lambda number: anywhere.put(told, client_name=f"Shop {number}"))
    assert [answer.status_int for answer in answers] == [200] * 20
    (secret,) = [answer.json["client_secret"] for answer in answers if "client_secret" in answer.json]
    with anywhere.sso.portal.transaction() as unit:
        client = unit.clients.stored(told["client_id"])
        assert unit.clients.secret_matches(client, secret)
    assert client.metadata["client_name"] in {f"Shop {number}" for number in range(20)}


def test_of_twenty_withdrawals_at_once_one_is_the_one(anywhere: Corner) -> None:
    told = anywhere.register()
    statuses = sorted(answer.status_int for answer in together(20, lambda _number: anywhere.delete(told)))
    assert statuses == [204] + [401] * 19


def test_changes_and_withdrawals_at_once(anywhere: Corner) -> None:
    told = anywhere.register()
    answers = together(20, lambda number: anywhere.delete(told) if number == 10 else anywhere.put(told))
    assert {answer.status_int for answer in answers} <= {200, 204, 401}
    assert told["client_id"] not in anywhere.clients(), "a change does not bring back what is gone"
    assert anywhere.put(told).status_int == 401


def test_withdrawn_while_she_decides(corner: Corner) -> None:
    told = corner.register()
    browser = signed_in(corner)
    browser.open(corner.site(told).url())
    assert corner.delete(told).status_int == 204
    browser.agree("email")
    assert browser.page.status_int == 400
    assert "not registered with this portal" in browser.text


def test_withdrawn_while_its_code_is_on_the_way(corner: Corner) -> None:
    told = corner.register(grant_types=["authorization_code", "refresh_token"])
    site = corner.site(told)
    browser = signed_in(corner)
    browser.open(site.url())
    browser.agree("email")
    tokens = site.redeem(site.answer(browser)["code"]).json
    code = site.code(browser)
    assert corner.delete(told).status_int == 204
    assert site.redeem(code).status_int == 401
    assert site.refresh(tokens["refresh_token"]).status_int == 401
    assert site.userinfo(tokens["access_token"]).status_int == 401
    with corner.sso.portal.database.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM consents").scalar_one() == 0
        living = "SELECT count(*) FROM families WHERE revoked_at IS NULL"
        assert connection.exec_driver_sql(living).scalar_one() == 0


def test_another_process_knows_a_new_site_at_once(corner: Corner) -> None:
    portal = corner.sso.portal
    corner.http.get(f"{PORTAL}/o/authorize/?client_id=nobody", status=400)
    corner.sso.start_portal()
    other = webtest.TestApp(corner.sso.portal_app)
    other.get("/o/authorize/?client_id=nobody", status=400)
    with portal.transaction() as unit:
        registered = unit.registrations.add(SHOP)
    answer = other.get(f"/o/authorize/?response_type=code&client_id={registered.client.client_id}", status="*")
    assert answer.status_int in {302, 303}, "the other process has looked a moment ago, and looks again"
    headers = {"Authorization": f"Bearer {registered.token}"}
    assert other.get(f"/o/register/{registered.client.client_id}", headers=headers).status_int == 200
    portal.close()
