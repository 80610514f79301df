"""Authorization details: what is an entry, and how it is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sso_portal.services.authorization_details import BadDetails, DetailTypes, is_part
from sso_portal.services.detail_sentences import told
from sso_portal.settings.detail_types_file import read_detail_types
from tests.support.details import NAMES, course, details, hours, payment, types_file


@pytest.fixture(scope="module")
def types(tmp_path_factory: pytest.TempPathFactory) -> DetailTypes:
    folder: Path = tmp_path_factory.mktemp("types")
    return DetailTypes(read_detail_types(types_file(folder)).types)


def words(types: DetailTypes, entry: dict[str, Any], language: str = "en") -> str:
    return "".join(part.text for part in told(entry, types.of(entry), language).parts)


def test_good_entries_are_taken_as_they_are(types: DetailTypes) -> None:
    entries = [
        payment(purpose="books", creditorAccount="DE02100100109307118603", count=12),
        course(since="2026-02-28", actions=["read"], locations=["here", "there"], page="https://a.example/?x=1"),
        hours("图书馆"),
    ]
    assert types.read(details(*entries), NAMES) == tuple(entries)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "not JSON"),
        ("nonsense", "not JSON"),
        ("[NaN]", "not JSON"),
        (f"[{'9' * 5000}]", "not JSON"),
        ("[" * 4000, "not JSON"),
        ("{}", "not an array"),
        ("[]", "not an array"),
        ("null", "not an array"),
        (details(*[hours(str(number)) for number in range(21)]), "not an array of 1 to 20"),
        ("[1]", "entry 1 is not an object"),
        ("[{}]", "entry 1 is not an object"),
        ('[{"type": ["payment"]}]', "entry 1 is not an object"),
        ("[[[[[[]]]]]]", "nested more than 5 deep"),
        ('[{"type": "a", "a": {"a": {"a": {"a": {"a": 1}}}}}]', "nested"),
        (details(hours(), {"type": "nothing"}), "entry 2: there is no type nothing."),
        ('[{"type": "a\\"b\\u0000"}]', "there is no type ab."),
        ('[{"type": "opening_hours", "place": "a", "place": "b"}]', "two members of the same name"),
        (details(hours(), hours()), "twice"),
        (details(hours("x" * 8200)), "longer than 8192 bytes"),
        (details(hours("书" * 2800)), "longer than 8192 bytes"),
        (details(payment(creditorName=None)), "creditorName is missing"),
        (details(payment(instructedAmount={"amount": "1"})), "instructedAmount.currency is missing"),
        (details(payment(instructedAmount={})), "payment has no field instructedAmount."),
        (details(payment(instructedAmount="1 EUR")), "payment has no field instructedAmount."),
        (details(payment(extra=1)), "payment has no field extra."),
        (details(payment(**{"instructedAmount.amount": "1"})), "a name has a dot in it"),
        (details(payment(creditorName={"first": "A"})), "has no field creditorName.first"),
        (details(payment(creditorName=5)), "creditorName is not a text of 1 to 140"),
        (details(payment(creditorName="x" * 141)), "creditorName is not a text"),
        (details(payment(creditorName=" x")), "creditorName is not a text"),
        (details(payment(creditorName="\u3000")), "creditorName is not a text"),
        (details(payment(count=13)), "count is not a whole number from 0 to 12"),
        (details(payment(count=-1)), "count is not"),
        (details(payment(count=True)), "count is not"),
        (details(payment(count=1.0)), "count is not"),
        (details(payment(instructedAmount={"amount": 1, "currency": "EUR"})), "is not an amount"),
        (details(payment(instructedAmount={"amount": "01", "currency": "EUR"})), "is not an amount"),
        (details(payment(instructedAmount={"amount": "1e3", "currency": "EUR"})), "is not an amount"),
        (details(payment(instructedAmount={"amount": "-1", "currency": "EUR"})), "is not an amount"),
        (details(payment(instructedAmount={"amount": "１", "currency": "EUR"})), "is not an amount"),
        (details(payment(instructedAmount={"amount": "10000.01", "currency": "EUR"})), "is more than 10000"),
        (details(payment(instructedAmount={"amount": "1", "currency": "eur"})), "is not a currency"),
        (details(payment(instructedAmount={"amount": "1", "currency": "USD"})), "has a value that is not allowed"),
        (details(course(since="2026-02-30")), "since is not a day"),
        (details(course(since="20260228")), "since is not a day"),
        (details(course(since=20260228)), "since is not a day"),
        (details(course(actions="read")), "actions is not a list of 1 to 20"),
        (details(course(actions=[])), "actions is not a list"),
        (details(course(actions=["write"])), "not allowed"),
        (details(course(actions=["read", "read"])), "holds a text twice"),
        (details(course(actions=[["read"]])), "something else than texts"),
        (details(course(locations=["a", "b", "c"])), "locations is not a list of 1 to 2"),
        (details(course(page="http://a.example/")), "page is not an https address"),
        (details(course(page="https://用户.example/")), "page is not an https address"),
        (details(course(page="https://a.example@b.example/")), "page is not a web address"),
    ],
)
def test_everything_else_is_refused(types: DetailTypes, text: str, problem: str) -> None:
    with pytest.raises(BadDetails) as caught:
        types.read(text, NAMES)
    assert problem in str(caught.value)
    assert str(caught.value).isascii()
    assert not set('"\\') & set(str(caught.value))


@pytest.mark.parametrize(
    "letter", ["\u202e", "\u2066", "\u200b", "\u200f", "\u0000", "\n", "\u2028", "\x1b", "\ud800", "\ue000"]
)
def test_letters_that_nobody_sees_are_refused(types: DetailTypes, letter: str) -> None:
    for entry in (payment(creditorName=f"A{letter}B"), course(locations=[f"A{letter}B"])):
        with pytest.raises(BadDetails):
            types.read(json.dumps([entry]), NAMES)


def test_a_client_uses_its_own_types_only(types: DetailTypes) -> None:
    with pytest.raises(BadDetails, match="may not use the type payment"):
        types.read(details(payment()), ["course_record"])


@given(text=st.text(max_size=200) | st.from_regex(r'\A\[\{"type":"payment",.{0,80}\}\]\Z'))
@settings(max_examples=200, deadline=None)
def test_no_text_does_any_harm(types: DetailTypes, text: str) -> None:
    with pytest.raises(BadDetails):
        types.read(text, NAMES)


def test_sentences(types: DetailTypes) -> None:
    assert words(types, payment()) == "Pay 123.50 EUR to Merchant A"
    assert words(types, payment(purpose="books")) == "Pay 123.50 EUR to Merchant A for books"
    assert words(types, payment(purpose="书"), "zh_CN") == "向 Merchant A 支付 123.50 EUR，用于 书"
    assert words(types, course(), "zh_CN") == "读取课程 Algebra 的记录"


def test_what_the_site_said_is_told_apart(types: DetailTypes) -> None:
    parts = told(hours(), types.of(hours()), "en").parts
    assert [(part.text, part.is_value) for part in parts] == [
        ("See when ", False),
        ("the library", True),
        (" is open", False),
    ]


def test_what_the_sentence_leaves_out_is_listed(types: DetailTypes) -> None:
    entry = payment(creditorAccount="DE02", count=3)
    assert told(entry, types.of(entry), "en").further == (("Account", ("DE02",)), ("count", ("3",)))
    assert told(entry, types.of(entry), "zh_CN").further[0] == ("账号", ("DE02",))
    assert told(entry, types.of(entry), "en").consequence == "The money leaves your account at once."
    assert told(course(actions=["list", "read"]), types.of(course()), "en").further == (("actions", ("list", "read")),)


def test_a_part_of_the_whole() -> None:
    whole = [payment(), course()]
    assert is_part([], whole)
    assert is_part([{"course": "Algebra", "type": "course_record"}], whole), "the order of members means nothing"
    assert not is_part([course(since="2026-01-01")], whole)
    assert not is_part([payment(count=1)], whole)
