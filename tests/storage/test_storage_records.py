"""Records that are made of rows are what their own classes make of the same values."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields
from typing import Any

import pytest

from sso_portal.storage.codes import Code, codes
from sso_portal.storage.records import making
from sso_portal.storage.sessions import _FIELDS, Session
from sso_portal.storage.tokens import Family, Token, families, tokens
from sso_portal.storage.users import PERSON, User

KINDS: dict[type[Any], Any] = {
    Code: codes.c,
    Token: tokens.c,
    Family: families.c,
    Session: _FIELDS,
    User: PERSON,
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_record_is_what_its_class_makes(kind: type[Any]) -> None:
    values = [f"value {number}" for number, _ in enumerate(fields(kind))]
    made = making(kind)(values)
    assert made == kind(*values)
    assert vars(made) == vars(kind(*values))
    with pytest.raises(FrozenInstanceError):
        setattr(made, fields(kind)[0].name, "another")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("wrong", [-1, 1])
def test_a_row_of_another_length_is_no_record(kind: type[Any], wrong: int) -> None:
    with pytest.raises(ValueError, match="zip"):
        making(kind)(["value"] * (len(fields(kind)) + wrong))


@pytest.mark.parametrize(("kind", "columns"), KINDS.items())
def test_columns_stand_in_the_order_of_the_fields(kind: type[Any], columns: Any) -> None:
    assert [column.name.removeprefix("person_") for column in columns] == [field.name for field in fields(kind)]
