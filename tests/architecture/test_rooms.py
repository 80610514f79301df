"""Imports point down, never up; each library lives in its room. The table of docs/map.md is kept true here."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from tests.support.source import PACKAGES, ROOT, Module, modules, plant

ROOMS: dict[str, set[str]] = {
    "base": set(),
    "storage": {"base"},
    "services": {"storage", "base"},
    "protocol": {"services", "base"},
    "settings": {"base"},
    "web": {"protocol", "services", "settings", "base"},
    "wiring": {"protocol", "services", "storage", "settings", "base"},
    "app": {"wiring", "settings", "base"},
    "cli": {"app", "wiring", "services", "settings", "base"},
}
"""Each room of the portal and the rooms it may import."""

LIBRARIES: dict[str, tuple[str, ...]] = {
    "alembic": ("sso_portal/storage/",),
    "sqlalchemy": ("sso_portal/storage/", "sso_testkit/counting.py"),
    "zope": ("sso_portal/storage/",),
    "argon2": ("sso_portal/base/memory_hard.py",),
    "cryptography": (
        "sso_portal/base/jose.py",
        "sso_portal/base/signers.py",
        "sso_portal/base/certificates.py",
        "sso_testkit/clients/certificates.py",
    ),
    "joserfc": (
        "sso_portal/base/jose.py",
        "sso_portal/base/client_jose.py",
        "sso_client/",
        "sso_testkit/clients/",
        "sso_testkit/faults/signed_tokens.py",
        "sso_testkit/relying_party/signatures.py",
    ),
    "oauthlib": ("sso_portal/protocol/", "sso_client/", "demo_sites/mobile_app/"),
    "requests": (
        "sso_portal/services/federation/",
        "sso_client/",
        "sso_testkit/",
        "sso_flow/live/calls.py",
        "demo_sites/mobile_app/",
    ),
    "requests_oauthlib": ("sso_client/",),
    "urllib3": ("sso_portal/services/federation/", "sso_client/", "sso_testkit/back_channel.py"),
    "pyramid": ("sso_portal/web/", "sso_portal/app.py", "sso_client/pyramid/", "demo_sites/"),
    "jinja2": ("sso_portal/web/compiled_templates.py", "demo_sites/common/compiled_templates.py"),
    "pyramid_jinja2": ("sso_portal/web/", "demo_sites/"),
    "pyramid_tm": ("sso_portal/web/",),
    "transaction": ("sso_portal/web/transactions.py",),
    "segno": ("sso_portal/web/", "demo_sites/mobile_app/"),
    "webob": ("sso_portal/web/", "sso_client/pyramid/"),
    "ua_parser": ("sso_portal/base/browsers.py",),
    "maxminddb": ("sso_portal/services/places.py",),
    "click": ("sso_portal/cli/",),
    "waitress": ("sso_portal/cli/", "demo_sites/serve.py"),
    "granian": ("sso_portal/cli/on_granian.py",),
    "webtest": ("sso_testkit/",),
    "bs4": ("sso_testkit/",),
    "pytest": ("sso_testkit/plugin.py",),
    "anyio": ("sso_testkit/httpx_channel.py",),
}
"""Each library and the places that may import it."""

NEIGHBOURS: dict[str, str] = {
    "sso_client": r"sso_client(\..+)?",
    "sso_flow": r"sso_flow(\..+)?",
    "sso_portal/cli/demo_flows.py": r"(sso_portal|sso_flow)(\..+)?",
    "demo_sites": r"(demo_sites|sso_client)(\..+)?",
    "demo_sites/common/recorded.py": r"(demo_sites|sso_client|sso_flow)(\..+)?",
    "sso_testkit": r"(sso_testkit|sso_flow)(\..+)?|sso_portal\.app\..+|demo_sites\.\w+\.app\..+|sso_client\.\w+",
}
"""What each package, or a single module of it, may import of ours: the test kit only public names and application
factories, the demo alone what records it."""


_TOLD_BY_NAME = ("demo_sites/serve.py", "sso_testkit/load/flows.py")


def room_of(name: str) -> str:
    """The room of a dotted name below ``sso_portal``; the package itself is no room."""
    return name.split(".")[1] if "." in name else ""


def forbidden_rooms(root: Path) -> list[str]:
    """Imports of the portal that go where its table does not allow."""
    problems = []
    for module in modules(root, "sso_portal"):
        room = room_of(module.name)
        if room and room not in ROOMS:
            problems.append(f"{module.place}: the room {room} is not in the table")
        allowed = ROOMS.get(room, set()) | {room}
        wanted = {room_of(name) for name in module.imports if name.split(".")[0] == "sso_portal"} - {""}
        problems += [f"{module.place}: {room or 'the package'} imports {other}" for other in sorted(wanted - allowed)]
    return problems


def misplaced_libraries(root: Path) -> list[str]:
    """Imports of libraries outside their places, and of libraries that have none."""
    problems = []
    for module in modules(root, *PACKAGES):
        for library in sorted({name.split(".")[0] for name in module.imports}):
            if library in sys.stdlib_module_names or library in PACKAGES:
                continue
            if library not in LIBRARIES:
                problems.append(f"{module.place}: {library} has no place in the table")
            elif not module.place.startswith(LIBRARIES[library]):
                problems.append(f"{module.place}: {library} lives in {', '.join(LIBRARIES[library])}")
    return problems


def strangers(root: Path) -> list[str]:
    """Imports between our packages that are not meant to be."""
    problems = []
    for package in PACKAGES:
        for module in modules(root, package):
            allowed = NEIGHBOURS.get(module.place) or NEIGHBOURS.get(package, r"sso_portal(\..+)?")
            ours = {name for name in module.imports if name.split(".")[0] in PACKAGES}
            problems += [f"{module.place}: {name}" for name in sorted(ours) if not re.fullmatch(allowed, name)]
    return problems


def hidden_imports(root: Path) -> list[str]:
    """Imports by name at run time, which no table can see; a site's process is told by name which site it is, and the
    load mode which flow."""
    found = [module for module in modules(root, *PACKAGES) if re.search(r"\bimport_module\(|__import__\(", module.text)]
    return [module.place for module in found if module.place not in _TOLD_BY_NAME]


def missing_from_wiring(root: Path) -> set[str]:
    """Rooms that the wiring ought to know and does not."""
    wiring = [module for module in modules(root, "sso_portal") if room_of(module.name) == "wiring"]
    return ROOMS["wiring"] - {
        room_of(name) for part in wiring for name in part.imports if name.startswith("sso_portal.")
    }


def cycles(found: list[Module]) -> list[str]:
    """Circles of imports between modules, each as the way round."""
    names = {module.name for module in found}

    def target(imported: str) -> str:
        return imported if imported in names else imported.rpartition(".")[0]

    edges = {module.name: sorted({target(name) for name in module.imports} & names) for module in found}
    done: set[str] = set()
    circles: list[str] = []

    def visit(name: str, way: list[str]) -> None:
        if name in way:
            circles.append(" → ".join([*way[way.index(name) :], name]))
        elif name not in done:
            for other in edges[name]:
                visit(other, [*way, name])
            done.add(name)

    for name in edges:
        visit(name, [])
    return circles


def table_of(manual: str) -> dict[str, set[str]]:
    """The rows of the import table in the map, for the rooms of the portal."""
    rows = re.findall(r"^\| (\w+) \| ([^|]*) \|", manual, flags=re.MULTILINE)
    return {room: set(re.findall(r"\w+", allowed)) for room, allowed in rows if room in ROOMS}


def test_every_room_imports_what_the_table_allows() -> None:
    assert forbidden_rooms(ROOT) == []


def test_every_library_stays_in_its_room() -> None:
    assert misplaced_libraries(ROOT) == []


def test_packages_know_only_the_neighbours_they_may() -> None:
    assert strangers(ROOT) == []


def test_nothing_is_imported_behind_the_table_s_back() -> None:
    assert hidden_imports(ROOT) == []


def test_the_wiring_knows_every_room() -> None:
    assert missing_from_wiring(ROOT) == set()


@pytest.mark.parametrize("package", PACKAGES)
def test_no_modules_import_each_other_in_a_circle(package: str) -> None:
    found = modules(ROOT, package)
    assert len(found) > 4
    assert cycles(found) == []


def test_the_map_shows_the_same_table() -> None:
    assert table_of((ROOT / "docs/map.md").read_text(encoding="utf-8")) == ROOMS


# Each check finds what it is there to find. ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "text", "found"),
    [
        ("sso_portal__base__a", "from sso_portal.storage import users", "base imports storage"),
        ("sso_portal__storage__a", "def f():\n    import sso_portal.services.users", "storage imports services"),
        (
            "sso_portal__services__a",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from sso_portal.web.pages import page",
            "services imports web",
        ),
        ("sso_portal__web__a", "from sso_portal.storage.users import User", "web imports storage"),
        ("sso_portal__web__oauth__a", "from ...storage import users", "web imports storage"),
        ("sso_portal__web__a", "from sso_portal import storage", "web imports storage"),
        ("sso_portal__protocol__a", "from sso_portal.settings import Settings", "protocol imports settings"),
        ("sso_portal__cli__a", "from sso_portal.storage import users", "cli imports storage"),
        ("sso_portal__app", "import sso_portal.web", "app imports web"),
        ("sso_portal__utils__a", "", "the room utils is not in the table"),
    ],
)
def test_a_forbidden_room_is_found(tmp_path: Path, place: str, text: str, found: str) -> None:
    (problem,) = forbidden_rooms(plant(tmp_path, **{place: text}))
    assert problem.endswith(found)


def test_an_allowed_room_is_no_problem(tmp_path: Path) -> None:
    text = "from sso_portal.web.pages import page\nfrom ..protocol import call\nfrom . import b\nimport os"
    assert forbidden_rooms(plant(tmp_path, sso_portal__web__a=text)) == []


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ("sso_portal__services__a", "import sqlalchemy as sa"),
        ("sso_portal__web__a", "def f():\n    from oauthlib.oauth2 import Server"),
        ("sso_portal__protocol__a", "from pyramid.request import Request"),
        ("sso_portal__base__a", "import joserfc.jwt"),
        ("sso_portal__services__a", "import requests"),
        ("sso_portal__web__a", "import click"),
        ("sso_client__a", "from pyramid.config import Configurator"),
        ("sso_client__a", "import a_library_that_nobody_has_heard_of"),
    ],
)
def test_a_misplaced_library_is_found(tmp_path: Path, place: str, text: str) -> None:
    assert len(misplaced_libraries(plant(tmp_path, **{place: text}))) == 1


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ("sso_client__a", "from sso_portal.base.urls import local_path"),
        ("sso_client__a", "import demo_sites"),
        ("demo_sites__a", "from sso_portal.app import make_app"),
        ("sso_testkit__a", "from sso_portal.wiring import Portal"),
        ("sso_testkit__a", "from demo_sites.talent_center.data import all_people"),
        ("sso_testkit__a", "from sso_client.store import Store"),
        ("sso_portal__a", "import sso_client"),
        ("sso_portal__cli__serve", "from sso_flow.live.door import FlowDoor"),
        ("demo_sites__common__site", "from sso_flow import record"),
        ("sso_flow__a", "from sso_testkit.clock import Clock"),
    ],
)
def test_a_stranger_is_found(tmp_path: Path, place: str, text: str) -> None:
    assert len(strangers(plant(tmp_path, **{place: text}))) == 1


def test_the_doors_of_the_neighbours_are_open(tmp_path: Path) -> None:
    text = "from sso_portal.app import make_app\nfrom demo_sites.talent_center.app import make_app as b\n"
    assert strangers(plant(tmp_path, sso_testkit__a=text, demo_sites__a="from sso_client.story import Step")) == []


def test_a_hidden_import_is_found(tmp_path: Path) -> None:
    plant(tmp_path, sso_portal__base__a="import importlib\nimportlib.import_module('sso_portal.web')")
    assert hidden_imports(tmp_path) == ["sso_portal/base/a.py"]


def test_a_gap_in_the_wiring_is_found(tmp_path: Path) -> None:
    plant(tmp_path, sso_portal__wiring="import sso_portal.base\nfrom sso_portal import storage\n")
    assert missing_from_wiring(tmp_path) == {"services", "protocol", "settings"}


def test_a_circle_is_found(tmp_path: Path) -> None:
    plant(
        tmp_path, p__a="import p.b", p__b="def f():\n    from p import c", p__c="from p.a import x", p__d="import p.a"
    )
    (circle,) = cycles(modules(tmp_path, "p"))
    assert circle == "p.a → p.b → p.c → p.a"


def test_a_row_of_the_map_that_says_something_else_is_found() -> None:
    assert table_of("| base | storage | – |\n| web | base, protocol | pyramid |\n| elsewhere | x | y |") == {
        "base": {"storage"},
        "web": {"base", "protocol"},
    }
