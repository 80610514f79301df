"""A lazy property is computed once, when it is asked for."""

from __future__ import annotations

from sso_portal.base.lazy import lazy


class House:
    def __init__(self) -> None:
        self.built: list[str] = []

    @lazy
    def kitchen(self) -> str:
        """Where it is warm."""
        self.built.append("kitchen")
        return "a kitchen"

    @lazy
    def cellar(self) -> str | None:
        self.built.append("cellar")
        return None


def test_nothing_is_computed_before_anybody_asks_and_nothing_twice() -> None:
    house, other = House(), House()
    assert house.built == []
    assert [house.kitchen, house.cellar, house.kitchen, house.cellar] == ["a kitchen", None, "a kitchen", None]
    assert (house.built, other.built) == (["kitchen", "cellar"], [])
    assert House.kitchen.__doc__ == "Where it is warm."


def test_a_value_can_be_set_and_forgotten() -> None:
    house = House()
    house.__dict__["kitchen"] = "another one"
    assert (house.kitchen, house.built) == ("another one", [])
    del house.__dict__["kitchen"]
    assert (house.kitchen, house.built) == ("a kitchen", ["kitchen"])
