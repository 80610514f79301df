"""Effects have few places: the clock, randomness, other processes and the network."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.source import ROOT, Module, modules, plant

CLOCKS = ("time.time", "time.time_ns", "time.localtime", "time.gmtime", "time.ctime", "time.strftime")
CLOCK_CLASSES = ("datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today", "datetime.date.today")
STOPWATCHES = ("time.monotonic", "time.monotonic_ns", "time.perf_counter", "time.perf_counter_ns", "time.sleep")
RANDOMNESS = ("secrets", "random", "uuid", "os.urandom", "os.getrandom")
OUTSIDE = ("socket", "subprocess", "http.client", "urllib.request", "smtplib", "ssl", "asyncio")

EFFECTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "tells the time": (
        (*CLOCKS, *CLOCK_CLASSES),
        ("sso_portal/base/clock.py", "sso_client/clock.py"),
    ),
    "measures or waits": (
        STOPWATCHES,
        (
            "sso_portal/services/cache.py",
            "sso_portal/services/federation/deadline.py",
            "sso_portal/services/maintenance.py",
            "sso_portal/web/request_log.py",
            "sso_portal/cli/keeper.py",
            "sso_portal/cli/on_waitress.py",
            "sso_portal/cli/row.py",
            "sso_portal/cli/demo_sites.py",
            "sso_client/",
        ),
    ),
    "draws at random": (RANDOMNESS, ("sso_portal/base/ids.py", "sso_client/hashing.py", "sso_client/store.py")),
    "reaches outside": (OUTSIDE, ("sso_portal/cli/", "sso_portal/services/federation/network.py")),
}
"""Each effect, the names that have it, and the places that may use them."""


def used_names(module: Module) -> Iterator[str]:
    """Every dotted name that a module uses, with what its imports call it spelled out: ``t.time`` as ``time.time``."""
    known: dict[str, str] = {}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.split(".")[0]
                known |= {alias.asname: alias.name} if alias.asname else {top: top}
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            known |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute):
            first, *rest = ast.unparse(node).split(".")
            if first in known:
                yield ".".join([known[first], *rest])


def misplaced_effects(root: Path, packages: tuple[str, ...] = ("sso_portal", "sso_client")) -> list[str]:
    """Effects outside their places."""
    problems = []
    for module in modules(root, *packages):
        names = set(used_names(module))
        for effect, (forbidden, places) in EFFECTS.items():
            if module.place.startswith(places):
                continue
            used = sorted(n for n in names if any(n == word or n.startswith(f"{word}.") for word in forbidden))
            problems += [f"{module.place}: {effect} by {name}" for name in used]
    return problems


def test_effects_stay_in_their_places() -> None:
    assert misplaced_effects(ROOT, ("sso_portal",)) == []


def test_the_kit_has_one_clock_and_one_source_of_randomness_too() -> None:
    watched = [p for p in misplaced_effects(ROOT, ("sso_client",)) if "reaches" not in p]
    assert watched == []


@pytest.mark.parametrize(
    "text",
    [
        "import time\ntime.time()",
        "import time as t\nx = t.time",
        "from time import time",
        "from time import time as clock",
        "import datetime\ndatetime.datetime.now()",
        "from datetime import datetime\ndef f():\n    return datetime.now(None)",
        "from datetime import datetime as d\nd.utcnow()",
        "from datetime import date\ndate.today()",
        "def f():\n    import time\n    time.sleep(1)",
        "from time import monotonic",
        "import secrets",
        "from random import choice",
        "import uuid",
        "import os\nos.urandom(8)",
        "import os.path\nos.urandom(8)",
        "from os import urandom",
        "import socket",
        "from urllib.request import urlopen",
        "import http.client",
    ],
)
def test_an_effect_in_the_wrong_place_is_found(tmp_path: Path, text: str) -> None:
    assert misplaced_effects(plant(tmp_path, sso_portal__services__a=text))


@pytest.mark.parametrize(
    "text",
    [
        "clock.now()",
        "self._clock.now()",
        "import time\ntime.strptime",
        "from datetime import datetime\ndatetime.fromtimestamp(1)",
        "from urllib.parse import urlsplit",
        "import os\nos.environ",
        "import http\nhttp.HTTPStatus",
    ],
)
def test_what_looks_like_an_effect_and_is_none_is_no_problem(tmp_path: Path, text: str) -> None:
    assert misplaced_effects(plant(tmp_path, sso_portal__services__a=text)) == []


def test_an_effect_in_its_place_is_no_problem(tmp_path: Path) -> None:
    plant(tmp_path, sso_portal__base__clock="import time\ntime.time()", sso_portal__base__ids="import secrets")
    assert misplaced_effects(tmp_path) == []
