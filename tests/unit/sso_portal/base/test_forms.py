"""Form parsing against a hostile world."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sso_portal.base.forms import MAXIMUM_FIELDS, TooManyFields, parse_form, reencoded


def test_values_duplicates_and_undecodable_are_told_apart() -> None:
    form = parse_form("a=1&b=%E4%B8%AD&c=&d=%FF&e=x&e=y&e=%FF&f=+%2B&g=%00&h")
    assert form.values == {"a": "1", "b": "中", "e": "x", "f": " +"}
    assert form.duplicates == {"e"}
    assert form.undecodable == {"d", "g"}
    assert form.all("e") == ("x", "y", "")
    assert form.all("a") == ("1",)
    assert form.all("nothing") == ()


def test_what_may_be_repeated_is_no_duplicate() -> None:
    form = parse_form("resource=&resource=b&a=1&resource=c&resource=&audience=x&audience=%FF")
    assert form.duplicates == frozenset()
    assert form.all("resource") == ("b", "c")
    assert form.values == {"resource": "b", "a": "1", "audience": "x"}
    assert form.undecodable == {"audience"}
    assert sorted(form.encoded("audience").split("&")) == ["a=1", "resource=b", "resource=c"]
    assert parse_form(form.encoded()).all("resource") == ("b", "c")


def test_encoding_leaves_out_what_it_is_told_to() -> None:
    form = parse_form("a=1&b=%26&interaction=x")
    assert form.encoded("interaction") == "a=1&b=%26"
    assert parse_form(form.encoded()).values == form.values


def test_too_many_fields() -> None:
    assert len(parse_form("&".join(f"a{n}=1" for n in range(MAXIMUM_FIELDS))).values) == MAXIMUM_FIELDS
    for parse in (parse_form, reencoded):
        with pytest.raises(TooManyFields):
            parse("&".join(f"a{n}=1" for n in range(MAXIMUM_FIELDS + 1)))


@given(st.text("ab=&%+4fF;é#\x00 ", max_size=60))
def test_it_is_split_as_the_standard_library_splits(text: str) -> None:
    pairs = parse_qsl(text, keep_blank_values=True, encoding="latin-1")
    assert reencoded(text) == urlencode(pairs, encoding="latin-1")
    form = parse_form(text)
    assert {name for name, _ in pairs} >= {*form.values, *form.duplicates, *form.undecodable}


@given(st.binary(max_size=300))
def test_no_bytes_break_it(raw: bytes) -> None:
    try:
        form = parse_form(raw)
        again = reencoded(raw)
    except TooManyFields:
        return
    assert all("\x00" not in value for value in form.values.values())
    assert again.isascii()
    assert not set("\r\n ") & set(again)
    assert parse_form(again) == form


@given(st.dictionaries(st.text("abc", min_size=1), st.text(min_size=1).filter(lambda t: "\x00" not in t), max_size=9))
def test_what_is_encoded_comes_back(values: dict[str, str]) -> None:
    values = {name: value for name, value in values.items() if not any("\ud800" <= c <= "\udfff" for c in value)}
    assert parse_form(urlencode(values)).values == values
