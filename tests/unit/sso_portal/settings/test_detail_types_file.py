"""The file of authorization detail types: every fault is found at the start, all of them at once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sso_portal.base.detail_types import Piece
from sso_portal.base.errors import SettingsError
from sso_portal.settings import load_settings
from sso_portal.settings.detail_types_file import read_detail_types
from tests.support.details import NAMES, types_file

GOOD = {
    "sso.web.issuer": "https://sso.example.com",
    "sso.storage.url": "sqlite:///x",
    "sso.security.secret": "x" * 32,
}
SENTENCES = 'sentences = { en = "x", zh_CN = "x" }'


def problems(text: str, folder: Path, name: str = "types.toml") -> tuple[str, ...]:
    return read_detail_types(types_file(folder, text, name)).problems


def test_no_file_no_types() -> None:
    assert read_detail_types("").types == {}
    assert load_settings(GOOD, {}).authorization_details.loaded.types == {}


def test_a_file_with_types(tmp_path: Path) -> None:
    found = read_detail_types(types_file(tmp_path))
    assert (found.problems, list(found.types)) == ((), NAMES)
    record = found.types["course_record"]
    assert record.sentences["en"] == (
        Piece("Read the record of course "),
        Piece(field="course"),
        Piece(" since ", group=1),
        Piece(field="since", group=1),
    )
    assert (record.remember, record.silent, record.machine) == (True, False, False)
    assert record.fields["actions"].allowed == ("list", "read")
    amount = found.types["payment"].fields["instructedAmount.amount"]
    assert (amount.kind, amount.required, amount.maximum) == ("amount", True, "10000")


def test_the_same_in_json(tmp_path: Path) -> None:
    document = {
        "a:b": {"sentences": {"en": "Do {x}", "zh_CN": "做 {x}"}, "fields": {"x": {"kind": "text", "required": True}}}
    }
    found = read_detail_types(types_file(tmp_path, json.dumps(document), "types.json"))
    assert (found.problems, list(found.types)) == ((), ["a:b"])


def test_the_example_of_the_demo_world_is_right() -> None:
    found = read_detail_types(str(Path(__file__).resolve().parents[4] / "sso_portal" / "cli" / "demo_details.toml"))
    assert (found.problems, list(found.types)) == ((), ["course_record", "payment"])


@pytest.mark.parametrize(
    ("name", "text", "word"),
    [
        ("types.toml", "[", "cannot be read"),
        ("types.json", "{", "cannot be read"),
        ("types.json", "[" * 100_000, "cannot be read"),
        ("types.yaml", "a: b", "neither"),
        ("types.json", "[]", "not a table of types"),
    ],
)
def test_a_file_that_cannot_be_read(tmp_path: Path, name: str, text: str, word: str) -> None:
    (found,) = problems(text, tmp_path, name)
    assert word in found


def test_a_file_that_is_not_there_or_not_utf_8(tmp_path: Path) -> None:
    assert "cannot be read" in read_detail_types(str(tmp_path / "nothing.toml")).problems[0]
    (tmp_path / "x.toml").write_bytes(b"a = '\xff'")
    assert "cannot be read" in read_detail_types(str(tmp_path / "x.toml")).problems[0]
    assert "cannot be read" in read_detail_types(str(tmp_path)).problems[0]


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ("a = 1", "a: is not a table"),
        (f'["two words"]\n{SENTENCES}', "'two words': a type has a name"),
        (f'["{"x" * 101}"]\n{SENTENCES}', "a type has a name"),
        (f"[a]\n{SENTENCES}\nloud = true", "a: loud: is not known"),
        (f"[a]\n{SENTENCES}\nsilent = 1", "a: silent: is true or false"),
        (f"[a]\n{SENTENCES}\nremember = 'yes'", "a: remember: is true or false"),
        (f"[a]\n{SENTENCES}\nfields = []", "a: fields: is not a table"),
        ("[a]", "a: sentences: is said in en and zh_CN"),
        ("[a]\nsentences.en = 'x'", "a: sentences: is said in en and zh_CN"),
        ("[a]\nsentences = { en = '', zh_CN = 'x' }", "a: sentences: en: is a text"),
        ("[a]\nsentences = { en = 'x', zh_CN = \"x\\ny\" }", "a: sentences: zh_CN: is a text"),
        (f"[a]\nsentences = {{ en = 'x', zh_CN = '{'x' * 301}' }}", "a: sentences: zh_CN: is a text"),
        ("[a]\nsentences = { en = 'do {x}', zh_CN = 'x' }", "a: sentences.en: {x}: there is no such field"),
        ("[a]\nsentences = { en = 'do {}', zh_CN = 'x' }", "a: sentences.en: {}: names no field"),
        ("[a]\nsentences = { en = 'do {', zh_CN = 'x' }", "a: sentences.en: a { stands alone"),
        ("[a]\nsentences = { en = 'do [x', zh_CN = 'x' }", "a: sentences.en: a [ stands alone"),
        ("[a]\nsentences = { en = 'do x]', zh_CN = 'x' }", "a: sentences.en: a ] stands alone"),
        ("[a]\nsentences = { en = '[[x]]', zh_CN = 'x' }", "a: sentences.en: a [ stands alone"),
        (
            "[a]\nsentences = { en = 'do {x}', zh_CN = 'x' }\nfields.x.kind = 'text'",
            "a: sentences.en: {x}: is not required, so it has to stand in [brackets]",
        ),
        (f"[a]\n{SENTENCES}\nconsequences = 'x'", "a: consequences: is said in en and zh_CN"),
        (f"[a]\n{SENTENCES}\nfields.x = 1", "a: fields.x: is not a table"),
        (f"[a]\n{SENTENCES}\nfields.x = {{}}", "a: fields.x: kind: is one of text, integer, amount"),
        (f"[a]\n{SENTENCES}\nfields.x.kind = ['text']", "a: fields.x: kind: is one of"),
        (f"[a]\n{SENTENCES}\nfields.x = {{ kind = 'text', longest = 3 }}", "a: fields.x: longest: is not known"),
        (f"[a]\n{SENTENCES}\nfields.x = {{ kind = 'text', required = 'no' }}", "a: fields.x: required: is true or"),
        (f"[a]\n{SENTENCES}\nfields.x = {{ kind = 'text', maximum = 0 }}", "a: fields.x: maximum: is a whole number"),
        (f"[a]\n{SENTENCES}\nfields.x = {{ kind = 'text', maximum = 1.5 }}", "a: fields.x: maximum: is a whole"),
        (f"[a]\n{SENTENCES}\nfields.x = {{ kind = 'text', maximum = true }}", "a: fields.x: maximum: is a whole"),
        (f"[a]\n{SENTENCES}\nfields.x = {{ kind = 'texts', maximum = 21 }}", "a: fields.x: maximum: is a whole"),
        (f"[a]\n{SENTENCES}\nfields.x = {{ kind = 'amount', maximum = 'much' }}", "a: fields.x: maximum: is a number"),
        (f"[a]\n{SENTENCES}\nfields.x = {{ kind = 'amount', maximum = nan }}", "a: fields.x: maximum: is a number"),
        (f"[a]\n{SENTENCES}\nfields.x = {{ kind = 'date', maximum = 3 }}", "a: fields.x: maximum: means nothing"),
        (f"[a]\n{SENTENCES}\nfields.x = {{ kind = 'date', allowed = ['x'] }}", "a: fields.x: allowed: means nothing"),
        (f"[a]\n{SENTENCES}\nfields.x = {{ kind = 'text', allowed = [] }}", "a: fields.x: allowed: is a list of texts"),
        (f"[a]\n{SENTENCES}\nfields.x = {{ kind = 'text', allowed = [1] }}", "a: fields.x: allowed: is a list of"),
        (f"[a]\n{SENTENCES}\nfields.x = {{ kind = 'text', labels = 'x' }}", "a: fields.x: labels: is said in"),
        (f"[a]\n{SENTENCES}\nfields.type.kind = 'text'", "a: fields.type: a field has a name"),
        (f"[a]\n{SENTENCES}\nfields.'x y'.kind = 'text'", "a: fields.x y: a field has a name"),
        (f"[a]\n{SENTENCES}\nfields.'a.b.c.d'.kind = 'text'", "a: fields.a.b.c.d: a field has a name"),
        (
            f"[a]\n{SENTENCES}\nfields.x.kind = 'text'\nfields.'x.y'.kind = 'text'",
            "a: fields.x: cannot have a value and fields of its own",
        ),
    ],
)
def test_every_fault(tmp_path: Path, said: str, problem: str) -> None:
    found = problems(said, tmp_path)
    assert len(found) == 1, found
    assert problem in found[0]


def test_all_faults_are_told_at_once_with_those_of_other_settings(tmp_path: Path) -> None:
    file = types_file(tmp_path, "[a]\nsilent = 1\n[b]\nmachine = 1\n")
    with pytest.raises(SettingsError) as caught:
        load_settings({**GOOD, "sso.authorization_details.file": file, "sso.tokens.code_seconds": "0"}, {})
    told = [problem for problem in caught.value.problems if problem.startswith("sso.authorization_details.file: ")]
    assert len(told) == 4
    assert len(caught.value.problems) == 5
