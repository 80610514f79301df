"""Tests of tests: one that guards a feature has to fail when the feature is broken on purpose, and just there."""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pytest

from sso_testkit import SingleSignOn
from sso_testkit.faults import FaultNeverFired

Mutant = Callable[[pytest.MonkeyPatch], None]
"""Breaks one thing of the product."""


@dataclass(frozen=True)
class Noticed:
    """``test`` fails under ``mutant``, at a line of its own that has ``at`` in it. ``case``: arguments of the test that
    are no fixtures."""

    test: Callable[..., Any]
    mutant: Mutant
    at: str
    case: Mapping[str, Any] = field(default_factory=dict)

    @property
    def parameter(self) -> Any:
        """The same for ``parametrize``, with a name that says both, and the settings of the test's world."""
        case = f"[{'-'.join(map(str, self.case.values()))}]" if self.case else ""
        name = f"{self.test.__name__.removeprefix('test_')}{case} notices: {self.mutant.__name__}"
        marks = [mark for mark in getattr(self.test, "pytestmark", []) if mark.name == "sso"]
        return pytest.param(self, id=name, marks=marks)

    def show(self, request: pytest.FixtureRequest, patch: pytest.MonkeyPatch) -> None:
        """Run the test in its world, which is well when it is made, and broken from then on."""
        sso: SingleSignOn = request.getfixturevalue("sso")
        wanted = [name for name in inspect.signature(self.test).parameters if name not in self.case]
        given = {name: request.getfixturevalue(name) for name in wanted}
        self.mutant(patch)
        with pytest.raises(AssertionError) as caught:
            self.test(**given, **self.case)
        places = [place for place in traceback.extract_tb(caught.tb) if place.filename == self._file]
        assert places and self.at in str(places[-1].line), f"it failed elsewhere: {places}\n{caught.value}"
        # What has failed half-way need not have met its faults.
        with suppress(FaultNeverFired):
            sso.faults.check()

    @property
    def _file(self) -> str:
        return self.test.__code__.co_filename
