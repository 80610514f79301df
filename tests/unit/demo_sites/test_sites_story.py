"""The words of the sign-in story: true, in the person's language, and without a secret."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyramid.i18n import make_localizer

from demo_sites.common import story as telling
from demo_sites.common.story import ASKED, NOT_ASKED, SILENT, UNKNOWN, tell_fact, tell_step, verdict_of
from sso_client.story import Step, length_of

FOLDER = str(Path(telling.__file__).parent / "locale")
ENGLISH, CHINESE = make_localizer("en", [FOLDER]), make_localizer("zh_CN", [FOLDER])


@pytest.mark.parametrize(
    ("silent", "seconds", "verdict"),
    [
        (True, 0, SILENT),
        (True, 1, SILENT),
        (True, 2, NOT_ASKED),
        (False, 0, ASKED),
        (False, 30, ASKED),
        (None, 0, UNKNOWN),
    ],
)
def test_the_verdict_claims_no_more_than_is_known(silent, seconds, verdict):
    assert verdict_of(silent, seconds) is verdict


def test_a_secret_is_told_as_its_length():
    code = "k" * 43
    english = tell_fact("returned", "code", length_of(code), ENGLISH)
    assert english == ("Code that works once", "code", "secret, 43 characters")
    assert tell_fact("returned", "code", length_of(code), CHINESE) == ("一次性授权码", "code", "秘密，共 43 个字符")


def test_one_name_may_mean_different_things_in_different_steps():
    assert tell_fact("returned", "iss", "https://p.example", ENGLISH)[0] == "Who answered"
    assert tell_fact("checks", "iss", "passed", ENGLISH)[0] == "Comes from our portal"


def test_what_the_site_has_no_words_for_keeps_the_words_of_the_kit():
    told = tell_step(Step("something_new", "A step of tomorrow", (("frobs", "7"), ("Long label", "x"))), ENGLISH)
    assert (told.title, told.sentence) == ("A step of tomorrow", "")
    assert told.facts == (("frobs", "", "7"), ("Long label", "", "x"))
