"""The partner's nightly job: its report, and one line when there is none."""

from __future__ import annotations

import io
import json
from datetime import date
from typing import Any

import pytest
import requests

from demo_sites.partner_site.nightly import main
from demo_sites.partner_site.report import Line, Statistics, read_statistics, write_report
from tests.unit.demo_sites.partner_world import SETTINGS

DAY = date(2026, 11, 21)


def answer(body: Any, status: int = 200) -> requests.Response:
    response = requests.Response()
    response.status_code = status
    response.raw = io.BytesIO(body if isinstance(body, bytes) else json.dumps(body).encode())
    return response


def test_the_report_tells_what_is_finished_most_often_first() -> None:
    items = [
        {"title": "急救", "title_en": "First aid", "finished": 2, "average_score": 81},
        {"title": "欢迎", "title_en": "Welcome", "finished": 5, "average_score": None},
        {"title": "面试", "title_en": "Interviews", "finished": 0, "average_score": None},
    ]
    report = write_report(read_statistics(answer({"learners": 6, "items": items})), DAY)
    assert report.splitlines() == [
        "Learning, 21 Nov 2026: 6 people have finished something.",
        "",
        "finished  score",
        "       5      –  Welcome",
        "       2     81  First aid",
        "",
        "Not finished by anybody yet: 1",
    ]


def test_one_person_and_nobody() -> None:
    line = Line("First aid", 1, 70)
    assert write_report(Statistics(1, (line,)), DAY).startswith("Learning, 21 Nov 2026: 1 person has finished")
    assert write_report(Statistics(0, ()), DAY) == "Learning, 21 Nov 2026: 0 people have finished something."


@pytest.mark.parametrize(
    "told",
    [
        answer({}, 403),
        answer(b"no json"),
        answer({"learners": "many", "items": []}),
        answer({"learners": 1}),
        answer({"learners": -1, "items": []}),
    ],
)
def test_what_is_no_statistics_is_refused(told: requests.Response) -> None:
    with pytest.raises(ValueError, match=r"open_api answered|JSON|Expecting|no json"):
        read_statistics(told)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "the settings are not a JSON object of strings"),
        ("{}", "demo.api_url is missing"),
        (json.dumps({"demo.api_url": "https://x.example"}), "sso.issuer is missing"),
        (json.dumps({**SETTINGS, "sso.issuer": "http://127.0.0.1:9", "sso.timeout": "0.5"}), "127.0.0.1:9"),
    ],
)
def test_one_line_says_why_there_is_no_report(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    assert main(["--settings-json", "-"]) == 1
    told = capsys.readouterr()
    assert told.out == "" and said in told.err and "a-secret-that" not in told.err


def test_without_settings_it_is_wrong_usage() -> None:
    with pytest.raises(SystemExit) as ended:
        main([])
    assert ended.value.code == 2
