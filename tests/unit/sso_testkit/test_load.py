"""The load mode: every flow is counted, and what went wrong is told by its kind. No number is judged."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest

from sso_testkit import SingleSignOn
from sso_testkit.load import FLOWS, Outcome, Plan, Result, find_flow, run
from sso_testkit.load.__main__ import main
from sso_testkit.load.outcome import kind_of
from sso_testkit.load.running import RunningSingleSignOn
from sso_testkit.load.workers import WorkerLost, work

HERE = "tests.unit.sso_testkit.test_load"


def a_wrong_password(browser: Any, sso: Any) -> None:
    """A flow that fails."""
    browser.open(sso.sites["project-center"].url("/mine"))
    browser.sign_in("zp", "another")
    assert browser.url.endswith("/mine"), f"signing in failed at {sso.clock.now()}"


def every_second_fails(browser: Any, sso: Any) -> None:
    """A flow that fails now and then: the world's clock says whose turn it is."""
    sso.clock.advance(1)
    if sso.clock.now() % 2:
        pytest.fail("it is an odd second")
    browser.open(sso.sites["talent-center"].url("/"))


def adds_a_site(sso: SingleSignOn) -> None:
    """What a world needs before its flows."""

    def site(_environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"here"]

    sso.add_site("https://shop.example.test", site)


def visits_the_site(browser: Any, sso: Any) -> None:
    """A flow that needs what was prepared."""
    assert browser.open(sso.sites["shop"].url("/")).text == "here"


def cannot_prepare(_sso: Any) -> None:
    """Nothing can begin."""
    raise OSError("there is no room")


@pytest.mark.parametrize("flow", sorted(FLOWS))
def test_the_flows_that_come_with_the_kit_go_well(flow: str) -> None:
    result = run(Plan(flow, times=3))
    assert len(result.seconds) == 3
    assert not result.failures
    assert result.per_second > 0


def test_two_workers_share_the_flows() -> None:
    result = run(Plan("one-sign-in", times=5, workers=2))
    assert sorted(len(outcome.seconds) for outcome in result.outcomes) == [2, 3]
    assert not result.failures


def test_failures_are_counted_by_kind_and_are_no_measurements() -> None:
    result = run(Plan(f"{HERE}:a_wrong_password", times=3))
    assert result.seconds == []
    assert result.failures == {"AssertionError: signing in failed at …": 3}
    assert result.report().splitlines() == [
        "3 flows, 0 good, 3 failed; 0.0 good flows per second",
        "  3 × AssertionError: signing in failed at …",
    ]


def test_good_and_bad_are_told_apart() -> None:
    result = run(Plan(f"{HERE}:every_second_fails", times=6))
    assert len(result.seconds) == 3
    assert result.failures == {"Failed: it is an odd second": 3}


def test_a_world_may_be_prepared() -> None:
    assert len(run(Plan(f"{HERE}:visits_the_site", times=2, prepare=f"{HERE}:adds_a_site")).seconds) == 2


def test_a_worker_that_cannot_begin_ends_the_run() -> None:
    with pytest.raises(WorkerLost, match="could not go on: OSError: there is no room"):
        run(Plan("one-sign-in", times=2, workers=2, prepare=f"{HERE}:cannot_prepare"))


def test_the_flow_before_is_not_counted() -> None:
    walked: list[str] = []

    outcome = work(Plan(f"{HERE}:every_second_fails", times=2), 0, lambda: walked.append("ready"))
    assert walked == ["ready"]
    assert len(outcome.seconds) + len(outcome.failures) == 2


@pytest.mark.parametrize(
    ("plan", "problem"),
    [
        ({"flow": "no-such-flow"}, "there are one-sign-in, two-sites"),
        ({"flow": "no.such.module:flow"}, "cannot be found"),
        ({"flow": f"{HERE}:missing"}, "cannot be found"),
        ({"flow": f"{HERE}:HERE"}, "is not a function"),
        ({"workers": 0}, "a worker at least"),
        ({"workers": 3, "times": 2}, "a flow for each of them"),
        ({"url": "localhost:9000"}, "is no address"),
        ({"url": "http://localhost:9000", "prepare": f"{HERE}:adds_a_site"}, "prepared by its operator"),
        ({"sites": ("a=http://a.test",)}, "--site is for --url"),
        ({"url": "http://localhost:9000", "sites": ("a.test",)}, "is not client_id=address"),
        ({"prepare": f"{HERE}:missing"}, "cannot be found"),
    ],
)
def test_a_plan_that_cannot_be_run_is_refused_at_once(plan: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        Plan(**{"flow": "one-sign-in", "times": 2, **plan})


def test_the_demo_s_sites_are_known_and_others_are_said() -> None:
    plan = Plan(
        "one-sign-in", 1, url="http://localhost:9000", sites=("talent-center=https://t.test/", "shop=http://s.test")
    )
    assert plan.addresses == {
        "project-center": "http://localhost:9001",
        "talent-center": "https://t.test",
        "shop": "http://s.test",
    }
    assert Plan("one-sign-in", 1, url="https://sso.example.com").addresses == {}


@pytest.mark.parametrize(("times", "workers", "shares"), [(5, 2, [3, 2]), (4, 4, [1, 1, 1, 1]), (7, 1, [7])])
def test_shares_add_up(times: int, workers: int, shares: list[int]) -> None:
    plan = Plan("one-sign-in", times, workers)
    assert [plan.share(number) for number in range(workers)] == shares


def test_percentiles_are_of_the_nearest_rank() -> None:
    result = Result([Outcome(tuple(float(second) for second in range(100, 0, -1)), (), 50.0)])
    assert [result.percentile(percent) for percent in (0, 1, 50, 95, 99, 100)] == [1.0, 1.0, 50.0, 95.0, 99.0, 100.0]
    assert Result([]).percentile(50) == 0.0
    assert Result([]).per_second == 0.0


def test_workers_are_counted_together() -> None:
    result = Result([Outcome((0.1, 0.2), ("A: x",), 2.0), Outcome((0.3,), ("A: x", "B: y"), 1.0)])
    assert result.report().splitlines() == [
        "6 flows, 3 good, 3 failed; 1.5 good flows per second",
        "50 % within 200.0 ms; 95 % within 300.0 ms; 99 % within 300.0 ms",
        "  2 × A: x",
        "  1 × B: y",
    ]


def test_failures_that_differ_only_by_chance_are_of_one_kind() -> None:
    first, second = (
        kind_of(ValueError(f"at {number} with {letter * 40}\nand a story")) for number, letter in ((12, "a"), (7, "b"))
    )
    assert first == second == "ValueError: at … with …"
    assert kind_of(KeyError()) == "KeyError: "
    assert len(kind_of(ValueError("ä " * 500))) == 160


def test_a_flow_is_found_by_name() -> None:
    assert find_flow(f"{HERE}:visits_the_site").__name__ == "visits_the_site"
    assert find_flow("two-sites") is FLOWS["two-sites"]


def test_the_command_prints_what_became_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--flow", f"{HERE}:every_second_fails", "--times", "2"]) == 1
    told = capsys.readouterr().out
    assert told.startswith(f"{HERE}:every_second_fails · 1 workers · in process\n2 flows, 1 good, 1 failed; ")
    assert "50 % within" in told
    assert "  1 × Failed: it is an odd second" in told
    assert main(["--times", "1"]) == 0


def test_the_command_refuses_what_it_cannot_do(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--flow", "no-such-flow"])
    assert ended.value.code == 2
    assert "there is no flow 'no-such-flow'" in capsys.readouterr().err


# Over the network. -------------------------------------------------------------------------------------------------


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_arguments: Any) -> None:
        """Nobody reads it."""


def _echo(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    told = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}?{environ['QUERY_STRING']} {environ.get('HTTP_COOKIE')} "
    headers = [("Content-Type", "text/plain"), ("Set-Cookie", "a=1; Path=/"), ("Set-Cookie", "b=2; Path=/")]
    if environ["PATH_INFO"] == "/go":
        start_response("303 See Other", [*headers, ("Location", "/there?x=%20y")])
        return [b"on"]
    start_response("200 OK", headers)
    return [told.encode("latin-1") + environ["wsgi.input"].read(length)]


@pytest.fixture
def echo() -> Iterator[str]:
    """The address of a server that tells what it has heard."""
    server = make_server("127.0.0.1", 0, _echo, handler_class=_Quiet)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def running(echo: str) -> Iterator[RunningSingleSignOn]:
    """A portal that runs somewhere, as far as a browser can tell."""
    running = RunningSingleSignOn(echo, {"project-center": f"{echo}/project"})
    yield running
    running.close()


def test_a_browser_goes_over_the_network_and_keeps_its_own_cookies(running: RunningSingleSignOn) -> None:
    browser = running.browser()
    assert browser.open(f"{running.address}/go").text == "GET /there?x=%20y a=1; b=2 "
    assert browser.hops == [f"GET {running.address}/go", f"GET {running.address}/there?x=%20y"]
    assert running.browser().open(f"{running.address}/%C3%A9").text == "GET /é? None "
    posted = browser.request("POST", f"{running.address}/form", [("name", "张")])
    assert posted.text == "POST /form? a=1; b=2 name=%E5%BC%A0"
    assert [hop.status for hop in running.journal.hops] == [303, 200, 200, 200]


def test_a_running_portal_s_clock_cannot_be_moved(running: RunningSingleSignOn) -> None:
    before = running.clock.now()
    with pytest.raises(RuntimeError, match="cannot be moved"):
        running.clock.advance(hours=1)
    assert 0 <= running.clock.now() - before < 60


def test_a_site_that_nobody_has_named_says_so(running: RunningSingleSignOn) -> None:
    assert running.sites["project-center"].url("/mine").endswith("/mine")
    with pytest.raises(LookupError, match="say it by --site shop=https"):
        _ = running.sites["shop"]


def test_a_server_that_is_not_there_is_a_kind_of_failure() -> None:
    # Port 1 of this machine: nobody listens there.
    result = run(Plan("one-sign-in", times=2, url="http://127.0.0.1:1", sites=("project-center=http://127.0.0.1:1",)))
    ((kind, count),) = result.failures.items()
    assert count == 2
    assert kind.startswith("ConnectionError: ")
