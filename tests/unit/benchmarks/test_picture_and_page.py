"""The picture of a run and the page of the documentation that tells of all of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from benchmarks.measuring import Measured
from benchmarks.memory import growth
from benchmarks.page import filled, parts_of, write_page
from benchmarks.picture import picture_of, said_short
from benchmarks.profile_operations import owner_of, owners_of, spent_by_owner
from benchmarks.results import Counts, Found, Run, save
from tests.support.source import ROOT

SVG = "{http://www.w3.org/2000/svg}"


def row(operation: str, milliseconds: float) -> Measured:
    """A row of a table."""
    return Measured(operation, milliseconds, (milliseconds,), 100.0, 5.0, 10.0, 300, 0, 0.2)


def a_run() -> Run:
    """The portal and a peer that could not do one thing, whose name wants to be escaped."""
    ours = (row("silent_authorize", 0.4), row("code_exchange", 0.5), row("jwks", 0.1), row("sign_in", 17.0))
    theirs = (row("silent_authorize", 4.0), row("code_exchange", 8.0))
    counts = {"silent_authorize": Counts(4, 1)}
    return Run(
        "2 cores, 4 GiB, Python 3.11 built with optimisations",
        "0.1 processes wanted to run before it began",
        "2030-01-01",
        0.1,
        16.0,
        (
            Found("portal on waitress", 0.9, (70.0,), ours, counts=counts, around_the_hash=10.2),
            Found("peer <3> | two", 0.4, (20.0, 70.0), theirs, ("RS256",), ("JWKS at peer: 1 wrong",)),
            Found("peer that is not there", 0.0, (), (), (), ("everything: no network",)),
        ),
    )


def test_the_picture_has_a_bar_for_each_cost_to_the_scale_of_its_group() -> None:
    drawing = ElementTree.fromstring(picture_of(a_run()))
    bars = [each for each in drawing.iter(f"{SVG}rect") if each.get("class") in {"ours", "theirs"}]
    assert [each.get("class") for each in bars] == ["ours", "theirs", "ours", "theirs", "ours"]
    lengths = [float(each.get("width", "0")) for each in bars]
    assert lengths[0] == pytest.approx(lengths[1] / 10, rel=0.01)
    assert lengths[1] == lengths[3] == lengths[4]


def test_the_picture_says_in_words_what_it_draws() -> None:
    drawing = ElementTree.fromstring(picture_of(a_run()))
    described = drawing.findtext(f"{SVG}desc") or ""
    assert "silent authorize: portal on waitress 4.0, peer <3> | two 40" in described
    assert drawing.get("role") == "img"
    assert "sign-in POST" not in described


def test_bars_stay_inside_the_picture() -> None:
    drawing = ElementTree.fromstring(picture_of(a_run()))
    width, height = float(drawing.get("width", "0")), float(drawing.get("height", "0"))
    for bar in drawing.iter(f"{SVG}rect"):
        assert float(bar.get("x", "0")) + float(bar.get("width", "0")) <= width
        assert float(bar.get("y", "0")) + float(bar.get("height", "0")) <= height


@pytest.mark.parametrize(("value", "said"), [(0.04, "0.0"), (1.26, "1.3"), (9.96, "10.0"), (12.4, "12")])
def test_numbers_are_said_shortly(value: float, said: str) -> None:
    assert said_short(value) == said


def test_the_tables_are_ratios_with_the_hop_in_between(tmp_path: Path) -> None:
    save(a_run(), tmp_path / "peers.json")
    save(a_run(), tmp_path / "portal.json")
    parts = parts_of(tmp_path)
    assert "| silent authorize | 4.0 | 40 |" in parts["peers"]
    assert "| **one sign-in hop = both** | **9.0** | **120** |" in parts["peers"]
    assert "| JWKS | 1.0 | – |" in parts["peers"]
    assert "everything: no network" in parts["peers"]
    assert "peer <3> \\| two" in parts["peers"]
    assert "| silent authorize | 4.0 | 4 | 1 | 50 | 2.0 |" in parts["portal"]
    assert "| sign-in POST | the hash + 10 |" in parts["portal"]
    assert "4 GiB" in parts["portal"]


def test_only_what_stands_between_the_marks_changes() -> None:
    page = "above\n<!-- memory -->\nold\n<!-- end of memory -->\nbelow\n"
    once = filled(page, {"memory": r"new \1"})
    assert once == "above\n<!-- memory -->\nnew \\1\n<!-- end of memory -->\nbelow\n"
    assert filled(once, {"memory": r"new \1"}) == once


@pytest.mark.parametrize("page", ["", "<!-- memory -->\n", "<!-- end of memory -->\n<!-- memory -->\n"])
def test_a_page_without_marks_is_not_written(page: str) -> None:
    with pytest.raises(ValueError, match="memory"):
        filled(page, {"memory": "new"})


def finding(**told: Any) -> str:
    """What a script has saved."""
    return json.dumps({"machine": "2 cores", "busy": "quiet", "taken": "2030-01-01", **told})


def test_each_finding_gets_its_part_of_the_page(tmp_path: Path) -> None:
    results, docs = tmp_path / "results", tmp_path / "docs"
    results.mkdir()
    docs.mkdir()
    (docs / "performance.md").write_text((ROOT / "docs/performance.md").read_text(encoding="utf-8"), encoding="utf-8")
    save(a_run(), results / "portal.json")
    save(a_run(), results / "peers.json")
    samples = [{"minute": 1.0, "requests": 1000, "mebibytes": 75.4}]
    resident = {"at the start": 70.4, "after the load": 75.6}
    (results / "memory.json").write_text(finding(samples=samples, growth_mebibytes=0.1, failed=0, resident=resident))
    sizes = {"people": 1000, "expired": 2000, "live": 30}
    told = finding(**sizes, ratios={"refresh": 1.04}, scans=["SELECT a: SCAN a"], sweeping="Sweeping went well.")
    (results / "growth.json").write_text(told)
    for name in ("overload", "restart"):
        (results / f"{name}.json").write_text(finding(said=[f"what {name} was like"]))
    profile = {"refresh": {"microseconds": 100.0, "by_owner": {"webob": 60.0, "Python": 40.0}}}
    (results / "profile.json").write_text(finding(owners=["webob", "Python"], operations=profile))
    write_page(results, docs)
    page = (docs / "performance.md").read_text(encoding="utf-8")
    wanted = (
        "| 1.0 | 1,000 | 75 |",
        "In quiet moments: 70 MiB at the start, 76 MiB after the load.",
        "refresh with rotation | 1.04 |",
        "1,000 people",
        "`SELECT a: SCAN a`",
        "went well",
    )
    assert [each for each in (*wanted, "- what overload was like", "| webob | 60 |") if each not in page] == []
    assert (docs / "performance.svg").read_text(encoding="utf-8") == picture_of(a_run())


def test_the_page_of_this_repository_is_what_the_saved_runs_say() -> None:
    page = (ROOT / "docs/performance.md").read_text(encoding="utf-8")
    assert filled(page, parts_of(ROOT / "benchmarks/results")) == page


def test_memory_grows_by_what_the_last_quarter_has_more() -> None:
    def samples(*sizes: float) -> list[dict[str, Any]]:
        return [{"mebibytes": size} for size in sizes]

    assert growth(samples(50, 60, 70, 70, 70, 70, 71, 71)) == 1.0
    assert growth(samples(70)) == 0.0


@pytest.mark.parametrize(
    ("file", "owner"),
    [
        ("/x/lib/python3.11/site-packages/sqlalchemy/engine/base.py", "sqlalchemy"),
        ("/usr/lib/python3/dist-packages/webob/request.py", "webob"),
        ("/src/sso_portal/protocol/call.py", "sso_portal/protocol"),
        ("/src/sso_portal/app.py", "sso_portal/app"),
        ("/src/benchmarks/wire.py", "benchmarks"),
        ("/usr/lib/python3.11/urllib/parse.py", "Python"),
    ],
)
def test_a_file_belongs_to_its_package(file: str, owner: str) -> None:
    assert owner_of(file) == owner


def test_what_is_built_in_counts_for_whoever_calls_it() -> None:
    webob, ours = "/x/site-packages/webob/a.py", "/src/sso_portal/web/b.py"
    callers = {(webob, 1, "f"): (1, 1, 0.2, 0.2), (ours, 1, "g"): (1, 1, 0.1, 0.1)}
    stats = {("~", 0, "<len>"): (2, 2, 0.3, 0.3, callers), (webob, 1, "f"): (1, 1, 0.5, 0.7, {})}
    assert spent_by_owner(stats) == pytest.approx({"webob": 0.7, "sso_portal/web": 0.1})


def test_those_who_cost_little_are_put_together() -> None:
    found = {"a": {"by_owner": {f"owner-{number}": float(number) for number in range(20)}}}
    owners = owners_of(found)
    assert owners[0] == "owner-19"
    assert owners[-1] == "others"
    assert found["a"]["by_owner"]["others"] == sum(range(6))
