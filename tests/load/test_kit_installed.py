"""The kit as others have it: installed, found by pytest without a word in any conftest, harmless where nobody asks."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.source import PACKAGES, ROOT
from tests.support.tutorial import files_of

pytest_plugins = ["pytester"]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as pip leaves it: the packages, the entry points, the list of files."""
    checkout, target = tmp_path_factory.mktemp("checkout"), tmp_path_factory.mktemp("site-packages")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, checkout / package, ignore=shutil.ignore_patterns("__pycache__", "*.mo"))
    for file in ("setup.py", "pyproject.toml", "README.md"):
        shutil.copy(ROOT / file, checkout)
    for command in (["build_py", "--build-lib", str(target)], ["egg_info", "--egg-base", str(target)]):
        subprocess.run([sys.executable, "setup.py", "--quiet", *command], cwd=checkout, check=True, timeout=120)
    (description,) = target.glob("*.egg-info")
    described = description.rename(target / "sso_portal-0.1.0.dist-info")
    (described / "PKG-INFO").rename(described / "METADATA")
    # pytest reads here which modules belong to a plugin's distribution, and rewrites the assertions in them.
    places = sorted(path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file())
    (described / "RECORD").write_text("".join(f"{place},,\n" for place in places))
    return target


@pytest.fixture
def run(pytester: pytest.Pytester, installed: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """Runs pytest where the kit is installed and nothing is said of it."""
    monkeypatch.setenv("PYTHONPATH", str(installed))
    monkeypatch.delenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", raising=False)
    return pytester


def test_the_tutorial_is_green_without_a_conftest(run: pytest.Pytester) -> None:
    for name, source in files_of("testing-sites.md").items():
        Path(run.path / name).write_text(source, "utf-8")
    # Mutant: without plainly_found.stand_first() Pyramid gives up: "unregistered loader type".
    result = run.runpytest_subprocess("-q", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=2)


def test_only_the_plugin_itself_is_loaded_in_pytest_s_way(run: pytest.Pytester) -> None:
    run.makepyfile(
        """
        import sso_portal.app
        import sso_testkit.plugin

        def test_it():
            # The first shows that pytest would have loaded the other like this, too.
            assert type(sso_testkit.plugin.__loader__).__name__ == "AssertionRewritingHook"
            assert type(sso_portal.app.__loader__).__name__ == "SourceFileLoader"
        """
    )
    run.runpytest_subprocess("-q", "-p", "no:cacheprovider").assert_outcomes(passed=1)


def test_a_conftest_that_names_the_plugin_too_does_no_harm(run: pytest.Pytester) -> None:
    run.makeconftest("pytest_plugins = ['sso_testkit.plugin']")
    run.makepyfile("def test_it(sso):\n    assert sso.portal.is_migrated()")
    run.runpytest_subprocess("-q", "-p", "no:cacheprovider").assert_outcomes(passed=1)


_WITHOUT_REQUIREMENTS = """
import sys
sys.modules["webtest"] = sys.modules["bs4"] = None
"""


def test_without_the_kit_s_requirements_other_tests_run(run: pytest.Pytester) -> None:
    run.makeconftest(_WITHOUT_REQUIREMENTS)
    run.makepyfile(
        """
        import sys

        def test_of_something_else():
            loaded = {name.partition(".")[0] for name in sys.modules}
            assert not loaded & {"pyramid", "sqlalchemy", "requests", "sso_portal", "demo_sites"}

        def test_of_a_world(sso):
            pass
        """
    )
    result = run.runpytest_subprocess("-q", "-W", "error", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*webtest*pip install 'sso-portal?testkit?'*"])


def test_somebody_else_s_fixture_of_that_name_stays_his(run: pytest.Pytester) -> None:
    run.makeconftest(_WITHOUT_REQUIREMENTS)
    run.makepyfile(
        """
        import pytest

        @pytest.fixture
        def sso():
            return "mine"

        def test_it(sso):
            assert sso == "mine"
        """
    )
    run.runpytest_subprocess("-q", "-W", "error", "-p", "no:cacheprovider").assert_outcomes(passed=1)
