"""The pytest plugin: a world for each test, made from one that is prepared once.

pytest loads it into every test run wherever the distribution is installed, with the test kit's requirements or without.
So it imports nothing but the standard library until a test asks for a world.
"""

from __future__ import annotations

import shutil
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

# Early, for sites that take ``time`` out of its module; outside of a world nothing is different.
import sso_testkit.world_time  # noqa: F401
from sso_testkit.plainly_found import stand_first
from sso_testkit.socket_guard import SocketGuard, SocketOpened

if TYPE_CHECKING:
    from sso_flow.words import Language
    from sso_testkit.browser import Browser
    from sso_testkit.site import Site
    from sso_testkit.sso import SingleSignOn

MakeSso = Callable[..., "SingleSignOn"]
PEOPLE = (("zp", "penadmin", "张鹏"), ("lin", "lin-demo-password", "林晓"))
"""Who is in each world: user name, password, name."""

_WORLD = pytest.StashKey["SingleSignOn"]()
_UNWRITTEN = "sso_report_unwritten"

stand_first()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The option for reports."""
    group = parser.getgroup("sso", "single sign-on")
    group.addoption(
        "--sso-report", metavar="DIR", type=Path, default=None, help="write what went over the wire in each test to DIR"
    )
    group.addoption(
        "--sso-report-language", choices=("en", "zh-CN"), default="en", help="the language of these reports"
    )


def pytest_configure(config: pytest.Config) -> None:
    """The marks."""
    config.addinivalue_line("markers", "sso(settings={...}): settings of the portal in this test's world")
    config.addinivalue_line("markers", "sso_sockets: this test may open real sockets")


@pytest.fixture(scope="session")
def prepared_world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of a world with keys, sites and people in it, to be copied."""
    try:
        # What our libraries say of their own libraries is not the affair of a site's tests.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from sso_testkit.sso import SingleSignOn
    except ModuleNotFoundError as error:
        advice = f"{error}; the test kit comes with: pip install 'sso-portal[testkit]'"
        raise pytest.fail.Exception(advice, pytrace=False) from None
    folder = tmp_path_factory.mktemp("prepared-world")
    sso = SingleSignOn(folder)
    for username, password, name in PEOPLE:
        sso.add_person(username, password, name=name)
    sso.close()
    return folder


@pytest.fixture
def make_sso(prepared_world: Path, tmp_path: Path) -> Iterator[MakeSso]:
    """Makes further worlds, each of its own: ``make_sso({"sso.tokens.code_seconds": "5"})``."""
    from sso_testkit.sso import SingleSignOn

    worlds: list[SingleSignOn] = []

    def make(settings: dict[str, str] | None = None) -> SingleSignOn:
        folder = tmp_path / f"world{len(worlds)}"
        shutil.copytree(prepared_world, folder)
        worlds.append(SingleSignOn(folder, settings=settings))
        return worlds[-1]

    yield make
    for world in worlds:
        world.close()


@pytest.fixture
def sso(make_sso: MakeSso, request: pytest.FixtureRequest) -> SingleSignOn:
    """A portal, two sites, and the people zp (``penadmin``) and lin (``lin-demo-password``)."""
    settings: dict[str, str] = {}
    # The nearest mark comes first and wins.
    for mark in reversed(list(request.node.iter_markers("sso"))):
        settings |= mark.kwargs.get("settings", {})
    return make_sso(settings)


@pytest.fixture
def browsers(sso: SingleSignOn) -> Callable[..., Browser]:
    """Makes browsers, one for each person: ``browsers(language="zh-CN")``."""
    return sso.browser


@pytest.fixture
def browser(browsers: Callable[..., Browser]) -> Browser:
    """A browser that has never been anywhere."""
    return browsers()


@pytest.fixture
def portal(sso: SingleSignOn) -> Any:
    """The portal's wiring: ``with portal.transaction() as unit: …``."""
    return sso.portal


@pytest.fixture
def site(sso: SingleSignOn) -> Site:
    """A relying site: the project center. A fixture of this name over it, with ``sso.add_site(…)``, brings your own."""
    return sso.sites["project-center"]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Run a test in its world; a socket that was opened fails it, and so does a fault that never fired."""
    world = _world_of(item)
    if world is None:
        yield
        return
    item.stash[_WORLD] = world
    if item.get_closest_marker("sso_sockets") is not None:
        yield
    else:
        with SocketGuard() as guard:
            yield from _guarded(guard)
    world.faults.check()


def _guarded(guard: SocketGuard) -> Iterator[None]:
    try:
        yield
    except SocketOpened:
        raise
    except Exception as error:
        # The site may have made something else of it.
        for opened in guard.opened:
            error.add_note(opened)
        raise
    if guard.opened:
        raise SocketOpened("\n".join(guard.opened))


def _world_of(item: pytest.Item) -> SingleSignOn | None:
    world = getattr(item, "funcargs", {}).get("sso")
    # Nobody has a world unless this was imported; a fixture of that name may be somebody else's.
    kit = sys.modules.get("sso_testkit.sso")
    return world if kit is not None and isinstance(world, kit.SingleSignOn) else None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Tell the story of a test that failed, and write the reports that were asked for."""
    report: pytest.TestReport = yield  # type: ignore[assignment]
    world = item.stash.get(_WORLD, None)
    if world is None or call.when != "call":
        return report  # type: ignore[return-value]
    from sso_flow import write_report
    from sso_testkit.story import TITLE, story_of

    # An expectation of the kit that fails has told it already.
    if report.failed and world.journal.hops and TITLE not in report.longreprtext:
        report.sections.append((TITLE, story_of(world.journal, world.portal)))
    folder = item.config.getoption("--sso-report")
    if folder is not None and world.journal.hops:
        language: Language = "zh" if item.config.getoption("--sso-report-language") == "zh-CN" else "en"
        try:
            write_report(folder, item.nodeid, world.journal, title=item.name, language=language)
        # What the test has found matters more than the picture of it.
        except Exception as error:
            report.user_properties.append((_UNWRITTEN, f"{type(error).__name__}: {error}"))
    world.faults.restore()
    return report  # type: ignore[return-value]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one line that reports are missing, and why."""
    told = [pair for reports in terminalreporter.stats.values() for one in reports for pair in _properties(one)]
    reasons = [reason for name, reason in told if name == _UNWRITTEN]
    if reasons:
        line = f"--sso-report: {len(reasons)} could not be written, the first because of {reasons[0]}"
        terminalreporter.write_line(line, yellow=True)


def _properties(report: object) -> list[tuple[str, object]]:
    return list(getattr(report, "user_properties", ()))
