"""A folder with many flows: each with its files, and an index that names them all, whoever writes at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from sso_flow import record, report, write_recordings, write_report
from tests.support.hops import SITE, asked, journal_of


def index_of(folder: Path) -> dict[str, str]:
    """The index: titles by the addresses of their pages."""
    page = BeautifulSoup((folder / "index.html").read_text(encoding="utf-8"), "html.parser")
    return {str(link["href"]): link.get_text() for link in page.select("li a")}


def test_a_flow_is_written_in_three_forms(tmp_path: Path) -> None:
    page = write_report(
        tmp_path / "new" / "report", "tests/flows/test_a.py::test_b[en-1]", journal_of(asked(f"{SITE}/"))
    )
    assert page.name == "tests-flows-test_a.py-test_b-en-1.html"
    assert sorted(file.name for file in page.parent.iterdir()) == [
        "index.html",
        "tests-flows-test_a.py-test_b-en-1.html",
        "tests-flows-test_a.py-test_b-en-1.md",
        "tests-flows-test_a.py-test_b-en-1.svg",
    ]
    assert "Opens shop.test /" in page.read_text(encoding="utf-8")
    assert "(tests-flows-test_a.py-test_b-en-1.svg)" in page.with_suffix(".md").read_text(encoding="utf-8")
    assert index_of(page.parent) == {page.name: "tests/flows/test_a.py::test_b[en-1]"}


def test_flows_that_were_there_stay_in_the_index(tmp_path: Path) -> None:
    journal = journal_of(asked(f"{SITE}/"))
    write_report(tmp_path, "one", journal, title="The <first>")
    write_recordings(tmp_path, {"two": record(journal, title="第二个", language="zh")})
    assert index_of(tmp_path) == {"one.html": "The <first>", "two.html": "第二个"}
    assert "流程记录" in (tmp_path / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["../../outside", "/etc/passwd", "index", "", "...", "流程", "a" * 500, "con?*:|\x00"])
def test_no_name_leads_out_of_the_folder_or_takes_the_index(tmp_path: Path, name: str) -> None:
    page = write_report(tmp_path / "report", name, journal_of())
    assert page.parent == tmp_path / "report"
    assert page.name != "index.html"
    assert [child.name for child in tmp_path.iterdir()] == ["report"]
    assert list(index_of(tmp_path / "report")) == [page.name]


def test_many_at_once_are_all_in_the_index(tmp_path: Path) -> None:
    journal = journal_of(asked(f"{SITE}/"))
    names = [f"flow-{number}" for number in range(24)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: write_report(tmp_path, name, journal), names))
    assert set(index_of(tmp_path)) == {f"{name}.html" for name in names}
    assert not list(tmp_path.glob(".*"))


def test_an_empty_report_has_an_index_too(tmp_path: Path) -> None:
    assert write_recordings(tmp_path, {}) == []
    assert index_of(tmp_path) == {}


def test_a_flow_that_comes_while_the_index_is_written_gets_into_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put, late = report._put, ["<title>late</title>"]

    def put_and_be_overtaken(file: Path, text: str) -> None:
        if file.name == "index.html" and late:
            (tmp_path / "late.html").write_text(late.pop(), encoding="utf-8")
        put(file, text)

    monkeypatch.setattr(report, "_put", put_and_be_overtaken)
    write_report(tmp_path, "one", journal_of())
    assert index_of(tmp_path) == {"late.html": "late", "one.html": "one"}
