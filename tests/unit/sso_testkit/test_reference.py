"""docs/testing-reference.md names whatever a test may use, as the code has it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

import sso_testkit
from scripts import testkit_reference
from sso_testkit import SingleSignOn, Tab, clients, faults, load, recorder, relying_party
from sso_testkit.faults import Faults
from tests.support.source import ROOT

PAGE = (ROOT / "docs" / "testing-reference.md").read_text("utf-8")
_CONSTANTS = {"CHALLENGE", "VERIFIER", "FLOWS", "Flow", "MACHINE", "CERTIFICATE_HEADER", "PROXY_SETTINGS"}


class Shop:
    """A shop, whose :meth:`open` takes ``hours``."""

    def open(self, *days: str, hours: Mapping[str, int] | None = None, **more: int) -> list[str]:
        """Open it; see :class:`~elsewhere.Door`.

        Twice is no harm.
        """
        return [*days, *(hours or {}), *more]

    @property
    def name(self) -> str:
        """What it is called."""
        return "Shop"

    def _hidden(self) -> None:
        """Nobody else's."""

    def unsaid(self) -> None: ...


Shop.__module__ = "sso_testkit.shop"


def test_members_are_written_as_they_are_used() -> None:
    told = [(line, testkit_reference.words(member)) for line, member in testkit_reference.members(Shop)]
    assert told == [
        (
            "open(*days: str, hours: Mapping[str, int] | None = None, **more: int) → list[str]",
            "Open it; see `Door`. Twice is no harm.",
        ),
        ("name → str", "What it is called."),
    ]
    assert testkit_reference.words(Shop) == "A shop, whose `open` takes `hours`."


def test_a_function_says_what_has_to_be_named() -> None:
    def buy(thing: str, /, count: int = 1, *, price: int) -> None: ...

    assert testkit_reference.signature("buy", buy) == "buy(thing: str, count: int = 1, *, price: int)"


@pytest.mark.parametrize("package", [sso_testkit, clients, faults, load, recorder, relying_party])
def test_whatever_a_package_gives_out_is_on_the_page(package: object) -> None:
    names = set(getattr(package, "__all__")) - _CONSTANTS  # noqa: B009 - mypy knows no module of all kinds
    assert {name for name in names if f"### `{name}" not in PAGE} == set()


@pytest.mark.parametrize("thing", [SingleSignOn, Tab, Faults])
def test_every_member_is_on_the_page(thing: type) -> None:
    lines = [f"- `{line}` – " for line, _ in testkit_reference.members(thing)]
    assert len(lines) > 10
    assert [line for line in lines if line not in PAGE] == []


def test_fixtures_marks_and_options_are_on_the_page() -> None:
    assert {"sso", "browser", "browsers", "portal", "site", "make_sso"} <= set(testkit_reference.fixtures())
    for line in (
        *(f"- `{name}` – " for name in testkit_reference.fixtures()),
        "- `@pytest.mark.sso(",
        "--sso-report DIR",
    ):
        assert line in PAGE


def test_a_page_that_is_out_of_date_is_told_of(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "page.md"
    assert testkit_reference.main([str(page)]) == 0
    assert testkit_reference.main(["--check", str(page)]) == 0
    page.write_text(page.read_text("utf-8").replace("wrong_nonce", "right_nonce"), "utf-8")
    assert testkit_reference.main(["--check", str(page)]) == 1
    assert "is out of date; run: make docs" in capsys.readouterr().err
