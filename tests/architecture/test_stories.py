"""Stories are told with the public test kit alone: what our own tests of the protocol need, everybody has."""

from __future__ import annotations

import re
from pathlib import Path

from tests.support.source import PACKAGES, ROOT, Module, modules, plant

STORIES = ("flows", "security")
ALLOWED = re.compile(
    r"sso_testkit(\..+)?|sso_flow(\..+)?|sso_client\.\w+(\.\w+)?|demo_sites\.\w+\.app\.make_app"
    r"|demo_sites\.partner_site\.nightly\.report"
    r"|sso_portal\.cli\.demo_(sites|table)\.\w+"
)
"""What a story may import of ours: the kit, what it draws with, the names that a site has too, demo sites whole, and
how the demo registers them."""


def told_with(root: Path) -> list[Module]:
    """The stories and their fixtures, and every module of the tests that they import, however far away."""
    known = {module.name: module for module in modules(root, "tests")}
    waiting = [module for name, module in known.items() if name.split(".")[1] in STORIES]
    found: dict[str, Module] = {}
    while waiting:
        module = waiting.pop()
        if module.name not in found:
            found[module.name] = module
            names = {part for name in module.imports for part in (name, name.rpartition(".")[0])}
            waiting += [known[name] for name in names & set(known)]
    return sorted(found.values(), key=lambda module: module.name)


def secret_ways(root: Path) -> list[str]:
    """Imports of ours by which a story reaches behind the public kit; also those that are hidden in a string."""
    problems = []
    for module in told_with(root):
        ours = {name for name in module.imports if name.split(".")[0] in PACKAGES}
        problems += [f"{module.place}: {name}" for name in sorted(ours) if not ALLOWED.fullmatch(name)]
        hidden = re.findall(r"""(?:setattr|patch|import_module|importorskip)\(\s*["'](sso_portal[\w.]*)""", module.text)
        problems += [f"{module.place}: {name}" for name in hidden]
    return problems


def test_stories_use_only_the_public_kit() -> None:
    assert len(told_with(ROOT)) > 80
    assert secret_ways(ROOT) == []


def test_a_secret_way_is_found(tmp_path: Path) -> None:
    plant(
        tmp_path,
        tests__flows__test_a="from sso_portal.base.jose import SIGNING_ALGORITHMS",
        tests__flows__test_b="def f():\n    import sso_portal",
        tests__flows__conftest="from demo_sites.talent_center.data import all_people",
        tests__security__test_c="def f(patch):\n    patch.setattr(\n        'sso_portal.web.loops.BOUNCES', 1)",
        tests__unit__test_d="import sso_portal",
    )
    assert [problem.partition(": ")[2] for problem in secret_ways(tmp_path)] == [
        "demo_sites.talent_center.data.all_people",
        "sso_portal.base.jose.SIGNING_ALGORITHMS",
        "sso_portal",
        "sso_portal.web.loops.BOUNCES",
    ]


def test_a_secret_way_over_several_modules_is_found(tmp_path: Path) -> None:
    plant(
        tmp_path,
        tests__security__test_a="from tests.support.first import something",
        tests__support__first="from tests.support import second",
        tests__support__second="from sso_portal.wiring import Portal",
        tests__support__nobody_s="import sso_portal",
    )
    assert secret_ways(tmp_path) == ["tests/support/second.py: sso_portal.wiring.Portal"]


def test_the_public_ways_are_open(tmp_path: Path) -> None:
    text = (
        "from sso_testkit import Browser\nfrom sso_testkit.clients.names import DEVICE_CODE\n"
        "from sso_client import Demand\nfrom demo_sites.talent_center.app import make_app\nimport requests\n"
    )
    assert secret_ways(plant(tmp_path, tests__flows__test_a=text)) == []
