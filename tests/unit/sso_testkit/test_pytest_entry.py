"""pytest finds the plugin where the kit is installed, and is not disturbed where it is not."""

from __future__ import annotations

import pytest

pytest_plugins = ["pytester"]
ENTRY = ("-q", "-p", "sso_testkit.pytest_entry", "-p", "no:cacheprovider")


def test_it_is_there(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_it(browser, sso): assert browser.open('https://portal.example.test/')")
    pytester.runpytest_subprocess(*ENTRY).assert_outcomes(passed=1)


def test_it_may_be_named_besides(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_it(sso): assert sso.clock.now()")
    pytester.runpytest_subprocess("-p", "sso_testkit.plugin", *ENTRY).assert_outcomes(passed=1)


def test_without_the_kits_libraries_it_is_not(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        hide="""
        import sys

        class Hidden:
            def find_spec(self, name, path=None, target=None):
                if name.partition(".")[0] in {"webtest", "bs4"}:
                    raise ModuleNotFoundError(name)

        import importlib.util
        real = importlib.util.find_spec
        importlib.util.find_spec = lambda name: None if name in {"webtest", "bs4"} else real(name)
        sys.meta_path.insert(0, Hidden())
        """,
        test_it="def test_it(): assert 1 + 1 == 2\n\ndef test_needs(sso): pass",
    )
    result = pytester.runpytest_subprocess("-p", "hide", *ENTRY)
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*fixture 'sso' not found*"])
