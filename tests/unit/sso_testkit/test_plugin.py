"""The plugin in test runs of their own."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from sso_testkit.socket_guard import SocketGuard, SocketOpened
from tests.support.source import ROOT

pytest_plugins = ["pytester"]

_SITE = """
import requests, socket, threading

def site(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/html")])
    try:
        socket.create_connection(("127.0.0.1", 9), timeout=1)
    except Exception:
        return [b"swallowed"]
    return [b"connected"]
"""


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> object:
    """Runs a test file with the plugin, in a process that knows nothing of this one's modules."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))

    def run_one(source: str, *options: str) -> pytest.RunResult:
        pytester.makepyfile(site_of_mine=_SITE)
        pytester.makepyfile(test_it=source)
        quiet = ("-W", "ignore::DeprecationWarning", "-W", "ignore::UserWarning", "-W", "ignore::ResourceWarning")
        return pytester.runpytest_subprocess("-p", "sso_testkit.plugin", "-p", "no:cacheprovider", *quiet, *options)

    return run_one


def test_the_fixtures_are_enough_for_a_sign_in(run: object) -> None:
    result = run(  # type: ignore[operator]
        """
        import pytest

        def test_one(site, browser, browsers, portal, sso):
            browser.open(site.url("/mine"))
            browser.sign_in("zp", "penadmin")
            assert browser.url == site.url("/mine")
            assert "zp" in browser.text
            other = browsers(language="zh-CN")
            assert "zp" not in other.open(site.url("/")).text
            with portal.transaction() as unit:
                assert unit.users.by_username("lin") is not None

        @pytest.mark.sso(settings={"sso.tokens.code_seconds": "7"})
        def test_two(sso):
            assert sso.portal.settings.tokens.code_seconds == 7
        """,
        "--strict-markers",
    )
    result.assert_outcomes(passed=2)


def test_a_socket_that_the_site_swallows_fails_the_test_with_its_place(run: object) -> None:
    result = run(  # type: ignore[operator]
        """
        import pytest
        from site_of_mine import site

        def test_it(sso):
            joined = sso.add_site("https://shop.example.test", site)
            assert sso.browser().open(joined.url("/")).text == "swallowed"

        @pytest.mark.sso_sockets
        def test_it_may(sso):
            joined = sso.add_site("https://shop.example.test", site)
            assert sso.browser().open(joined.url("/")).text == "swallowed"  # nobody listens there
        """
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*a socket to 127.0.0.1:9 was opened by *site_of_mine.py:6*"])


def test_a_socket_in_a_thread_is_found_and_the_way_out_is_said(run: object) -> None:
    result = run(  # type: ignore[operator]
        """
        import threading
        import requests

        def test_it(sso):
            def ask():
                try:
                    requests.get("http://127.0.0.1:9/", timeout=1)
                except AssertionError:
                    pass
            thread = threading.Thread(target=ask, name="the site's own")
            thread.start()
            thread.join()
        """
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*127.0.0.1:9 was opened by *test_it.py:7*", "*the site's own*outside*sso.world.entered()*"]
    )


def test_a_failing_test_tells_its_story(run: object) -> None:
    result = run(  # type: ignore[operator]
        """
        def test_it(site, browser):
            browser.open(site.url("/mine"))
            assert "welcome back" in browser.text
        """
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*single sign-on story*", "*project.example.test/mine*"])


def test_a_fault_that_never_fired_fails_the_test(run: object) -> None:
    result = run(  # type: ignore[operator]
        """
        def test_it(sso):
            sso.faults.token_endpoint_down()
        """
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*a fault switch never fired*"])


def test_reports_are_written_where_they_are_wanted(run: object, tmp_path: Path) -> None:
    result = run(  # type: ignore[operator]
        """
        def test_it(site, browser):
            browser.open(site.url("/mine"))
            browser.sign_in("zp", "penadmin")

        def test_nothing_happens(sso):
            pass
        """,
        "--sso-report",
        str(tmp_path / "report"),
    )
    result.assert_outcomes(passed=2)
    assert (tmp_path / "report" / "index.html").is_file()
    pages = [page.name for page in (tmp_path / "report").glob("*.html") if page.name != "index.html"]
    assert len(pages) == 1
    assert "penadmin" not in (tmp_path / "report" / pages[0]).read_text()


def test_reports_and_their_index_are_in_the_language_that_is_wanted(run: object, tmp_path: Path) -> None:
    result = run(  # type: ignore[operator]
        """
        def test_it(site, browser):
            browser.open(site.url("/mine"))
        """,
        *("--sso-report", str(tmp_path / "report"), "--sso-report-language", "zh-CN"),
    )
    result.assert_outcomes(passed=1)
    index, page = sorted((tmp_path / "report").glob("*.html"), key=lambda file: file.name != "index.html")
    assert "流程记录" in index.read_text(encoding="utf-8")
    assert "打开 project.example.test /mine" in page.read_text(encoding="utf-8")


def test_a_report_that_cannot_be_written_is_one_line_at_the_end(run: object, tmp_path: Path) -> None:
    (tmp_path / "a-file").write_text("in the way")
    result = run(  # type: ignore[operator]
        """
        def test_it(site, browser):
            browser.open(site.url("/mine"))

        def test_that_fails(site, browser):
            browser.open(site.url("/mine"))
            assert False, "for a reason of its own"
        """,
        *("--sso-report", str(tmp_path / "a-file" / "report")),
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*for a reason of its own*", "*single sign-on story*"])
    result.stdout.fnmatch_lines(["--sso-report: 2 could not be written, the first because of NotADirectoryError: *"])
    result.stdout.no_fnmatch_line("*INTERNALERROR*")


def test_files_are_no_network() -> None:
    before = socket.socket.connect
    one, other = socket.socketpair()
    with SocketGuard() as guard, one, other:
        one.sendall(b"x")
        assert other.recv(1) == b"x"
        with socket.socket(socket.AF_UNIX) as here, pytest.raises(FileNotFoundError):
            here.connect("/nowhere/at/all")
    assert guard.opened == []
    assert socket.socket.connect is before


@pytest.mark.parametrize("way", ["connect", "connect_ex"])
def test_each_way_to_connect_is_watched(way: str) -> None:
    with socket.socket() as plain, SocketGuard() as guard, pytest.raises(SocketOpened):
        getattr(plain, way)(("127.0.0.1", 9))
    assert __file__ in guard.opened[0]
