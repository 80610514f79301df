"""open_api: a part for each scope, a public catalogue, statistics for clients that speak for themselves."""

from __future__ import annotations

import pytest

from sso_testkit import SingleSignOn
from tests.support.platform import OPEN_API, Platform, add_platform


@pytest.fixture
def platform(sso: SingleSignOn) -> Platform:
    return add_platform(sso)


def test_each_scope_opens_its_own_part(platform: Platform) -> None:
    token = platform.token("lin", OPEN_API, "learning.read")
    lessons = platform.call(f"{OPEN_API}/lessons", token=token).json["lessons"]
    assert [(lesson["id"], lesson["score"]) for lesson in lessons][:2] == [("fire-safety", 90), ("data-protection", 97)]
    assert lessons[0]["finished_at"].endswith("Z")
    refused = platform.call(f"{OPEN_API}/videos", token=token)
    assert (refused.status_int, refused.json["scope"]) == (403, "videos.read")
    videos = platform.call(f"{OPEN_API}/videos", token=platform.token("lin", OPEN_API, "videos.read")).json["videos"]
    assert {video["id"] for video in videos} == {"welcome", "tea-break", "desk-setup"}


def test_me_is_for_any_token_of_a_person(platform: Platform) -> None:
    told = platform.call(f"{OPEN_API}/me", token=platform.token("zp", OPEN_API, "videos.read")).json
    assert (told["username"], told["client_id"], told["scope"]) == ("zp", "tester", ["videos.read"])


def test_a_token_for_no_api_in_particular_is_not_taken(platform: Platform) -> None:
    answer = platform.call(f"{OPEN_API}/lessons", token=platform.token("zp", "", "learning.read"))
    assert (answer.status_int, answer.json["error"]) == (401, "invalid_token")


def test_the_catalogue_is_for_anybody(platform: Platform) -> None:
    everything = platform.call(f"{OPEN_API}/catalogue?limit=100").json
    videos = platform.call(f"{OPEN_API}/catalogue?kind=video").json["items"]
    assert everything["next"] is None
    assert len(everything["items"]) > len(videos) > 3
    assert {item["kind"] for item in videos} == {"video"}
    assert platform.call(f"{OPEN_API}/catalogue?kind=book").status_int == 400


def test_statistics_are_for_a_client_s_own_token_and_name_nobody(platform: Platform) -> None:
    answer = platform.call(f"{OPEN_API}/statistics", token=platform.own_token(OPEN_API, "learning.statistics"))
    by_id = {item["id"]: item for item in answer.json["items"]}
    assert (by_id["data-protection"]["finished"], by_id["data-protection"]["average_score"]) == (5, 91)
    assert (by_id["single-sign-on"]["average_score"], answer.json["learners"]) == (None, 8)
    assert not {"zp", "lin", "emma"} & set(answer.text.replace('"', " ").split())
    persons = platform.call(f"{OPEN_API}/statistics", token=platform.token("zp", OPEN_API, "learning.statistics"))
    assert persons.status_int == 403


def test_a_client_s_own_token_tells_of_no_person(platform: Platform) -> None:
    token = platform.own_token(OPEN_API, "learning.read learning.statistics")
    for path in ("/lessons", "/me"):
        assert platform.call(f"{OPEN_API}{path}", token=token).status_int == 403


def test_who_has_learnt_nothing_has_an_empty_list(platform: Platform) -> None:
    platform.sso.add_person("newcomer", "a good password")
    form = {"grant_type": "password", "username": "newcomer", "password": "a good password", "client_id": "tester"}
    token = platform.token_for(form, OPEN_API, "learning.read")
    assert platform.call(f"{OPEN_API}/lessons", token=token).json == {"lessons": [], "next": None}
