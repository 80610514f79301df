"""The view option `sign_in=Demand(…)`: how fresh a sign-in has to be, and how it has to be made."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from pyramid.config import Configurator

from sso_client import Demand, SettingsProblem
from sso_client.met_demands import VISIT_SECONDS
from tests.unit.sso_client.forms_site import STRONG, Writer, make_forms_site, take
from tests.unit.sso_client.provider import MovableClock, Provider, ProviderAdapter
from tests.unit.sso_client.site_under_test import SITE, settings


@pytest.fixture
def writer(adapter: ProviderAdapter, clock: MovableClock) -> Writer:
    return Writer(make_forms_site(adapter, clock), adapter.provider)


def asked(answer: Any) -> dict[str, str]:
    assert answer.status_int == 303 and answer.location.startswith("https://portal.example.test/authorize?")
    return dict(parse_qsl(urlsplit(answer.location).query))


def test_a_fresh_sign_in_is_enough_until_it_is_too_old(writer: Writer, clock: MovableClock) -> None:
    writer.sign_in()
    clock.move(295)  # the portal has said that she signed in five seconds earlier
    assert writer.get("/fresh").status_int == 200
    clock.move(1)
    request = asked(writer.get("/fresh?a=1"))
    assert request["max_age"] == "300" and "prompt" not in request and "acr_values" not in request
    assert writer.get("/mine").status_int == 200, "other pages are as they were"
    page = writer.finish_sign_in(writer.get("/fresh?a=1"))
    assert page.status_int == 200 and page.request.path_qs == "/fresh?a=1"


def test_the_same_person_is_meant(writer: Writer, provider: Provider, clock: MovableClock) -> None:
    assert "id_token_hint" not in asked(writer.get("/fresh"))
    writer.sign_in()
    clock.move(600)
    hint = asked(writer.get("/fresh"))["id_token_hint"]
    assert hint.count(".") == 2
    provider.claims = {"sub": "u-2", "preferred_username": "lin"}
    assert writer.finish_sign_in(writer.get("/fresh")).text.startswith("lin|u-2"), "she gets a session of her own"


@pytest.mark.parametrize("page", ["/now", "/fresh", "/strong", "/both"])
def test_who_is_signed_out_goes_once(writer: Writer, provider: Provider, page: str) -> None:
    provider.id_token_changes = {"acr": STRONG}
    request = asked(writer.get(page))
    wanted = {"now": {"max_age": "0"}, "fresh": {"max_age": "300"}}.get(page[1:], {})
    assert wanted.items() <= request.items()
    assert writer.finish_sign_in(writer.get(page)).status_int == 200


def test_a_proof_for_this_very_visit(writer: Writer, clock: MovableClock) -> None:
    writer.sign_in()
    assert asked(writer.get("/now"))["max_age"] == "0", "a sign-in made for something else does not count"
    assert writer.finish_sign_in(writer.get("/now")).status_int == 200
    clock.move(VISIT_SECONDS)
    assert writer.get("/now").status_int == 200, "the visit lasts a moment"
    clock.move(1)
    assert asked(writer.get("/now"))["max_age"] == "0"


def test_time_that_is_spent_at_the_portal_makes_no_circle(
    writer: Writer, provider: Provider, clock: MovableClock
) -> None:
    away = writer.get("/fresh")
    provider.id_token_changes = {"auth_time": clock.now() - 300}
    callback = provider.authorize(away.location)
    clock.move(400)  # she reads a page of the portal
    assert writer.return_to(callback).location == SITE + "/fresh"
    assert writer.get("/fresh").status_int == 200
    assert asked(writer.get("/both"))["acr_values"] == STRONG
    clock.move(VISIT_SECONDS + 1)
    assert writer.get("/fresh").status_int == 303


@pytest.mark.parametrize(
    ("page", "told"),
    [
        ("/fresh", {"auth_time": -361}),
        ("/fresh", {"auth_time": None}),
        ("/fresh", {"auth_time": "yesterday"}),
        ("/fresh", {"auth_time": True}),
        ("/now", {"auth_time": -61}),
        ("/strong", {}),
        ("/strong", {"acr": "urn:example:weak"}),
        ("/strong", {"acr": [STRONG]}),
        ("/strong", {"acr": f"{STRONG} urn:example:stronger"}),
        ("/both", {"acr": STRONG, "auth_time": -361}),
        ("/both", {"auth_time": -1}),
    ],
)
def test_what_the_portal_does_not_give_is_a_page_and_no_circle(
    writer: Writer, provider: Provider, clock: MovableClock, page: str, told: dict[str, Any]
) -> None:
    writer.sign_in()
    clock.move(600)
    ago = told.get("auth_time")
    provider.id_token_changes = {**told, "auth_time": clock.now() + ago} if type(ago) is int else told
    answer = writer.come_back(writer.get(page).location)
    assert answer.status_int == 403 and "This page needs another sign-in" in answer.text
    links = [link["href"] for link in answer.html.find_all("a")]
    assert links == [page, "/"]
    assert writer.get("/mine").text.startswith("zp|"), "she is still signed in as before"


def test_a_portal_that_says_so_itself_gets_the_same_page(writer: Writer) -> None:
    answer = writer.come_back(writer.get("/strong").location, error="unmet_authentication_requirements")
    assert answer.status_int == 403 and "This page needs another sign-in" in answer.text


def test_a_stronger_sign_in_serves_every_page_that_wants_it(writer: Writer, provider: Provider) -> None:
    writer.sign_in()
    provider.id_token_changes = {"acr": STRONG}
    assert asked(writer.get("/strong"))["acr_values"] == f"{STRONG} urn:example:stronger"
    assert writer.finish_sign_in(writer.get("/strong")).status_int == 200
    assert writer.get("/both").status_int == 200


def test_the_stricter_of_two_ages_is_asked_for(adapter: ProviderAdapter, clock: MovableClock) -> None:
    for everywhere, wanted in (("60", "60"), ("3600", "300")):
        site = make_forms_site(adapter, clock, extra_params=f"max_age={everywhere}&ui_locales=zh")
        request = asked(Writer(site, adapter.provider).get("/fresh"))
        assert request["max_age"] == wanted and request["ui_locales"] == "zh"


def test_a_form_is_kept_on_the_way_to_a_fresher_sign_in(writer: Writer, clock: MovableClock) -> None:
    writer.sign_in()
    assert writer.post("/fresh", {"title": "A"}).text.startswith("saved")
    clock.move(600)
    answer = writer.post("/fresh", {"title": "B"})
    assert asked(answer)["max_age"] == "300"
    page = writer.finish_sign_in(answer)
    assert page.html.h1.get_text() == "Your form is kept"
    assert writer.send(page).text.startswith("saved")
    assert [fields for _, fields in writer.received] == [[("title", "A")], [("title", "B")]]


def test_a_form_that_wants_a_proof_for_itself_is_sent_after_one(writer: Writer, clock: MovableClock) -> None:
    writer.sign_in()
    page = writer.finish_sign_in(writer.post("/now", {"title": "A"}))
    clock.move(VISIT_SECONDS + 1)
    page = writer.finish_sign_in(writer.send(page))
    assert writer.received == []
    assert writer.send(page).text.startswith("saved") and len(writer.received) == 1


def test_a_script_is_told_and_not_sent_away(writer: Writer, clock: MovableClock) -> None:
    writer.sign_in()
    clock.move(600)
    answer = writer.get("/fresh", headers={"Sec-Fetch-Mode": "cors", "Referer": SITE + "/fresh?b"})
    assert answer.status_int == 401 and "Confirm that it is you" in answer.text
    assert answer.html.select_one("a.primary")["href"] == "/fresh?b"


def test_the_ordinary_way_in_demands_nothing(writer: Writer) -> None:
    assert not {"max_age", "acr_values"} & set(asked(writer.get("/sso/sign-in?next=/fresh&max_age=1&acr_values=x")))


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"max_age": -1},
        {"max_age": True},
        {"max_age": 1.5},
        {"max_age": "300"},
        {"max_age": 10**12},
        {"acr_values": " a"},
        {"acr_values": "a  b"},
        {"acr_values": 'a"b'},
        {"acr_values": "a\nb"},
        {"acr_values": "强"},
        {"acr_values": "a" * 301},
        {"acr_values": ["a"]},
    ],
)
def test_what_cannot_be_demanded_is_refused_when_the_site_is_set_up(wrong: dict[str, Any]) -> None:
    with pytest.raises(SettingsProblem):
        Demand(**wrong)


@pytest.mark.parametrize("wrong", ["mine", 1, {"max_age": 3}, ["a"]])
def test_the_option_is_true_or_a_demand(provider: Provider, wrong: Any) -> None:
    config = Configurator(settings=settings(provider))
    config.include("sso_client.pyramid")
    config.add_route("take", "/take")
    config.add_view(take, route_name="take", sign_in=wrong)
    with pytest.raises(Exception, match="sign_in must be True or a Demand"):
        config.commit()
