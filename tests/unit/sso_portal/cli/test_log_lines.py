"""Log lines: the same JSON for whatever is in them, and several at a time without losing one."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest

from sso_portal.cli.logs import GatheredLines, JsonLines

LONG = 30


def record(message: str = "request", level: int = logging.INFO, **fields: Any) -> logging.LogRecord:
    made = logging.LogRecord("sso_portal.request", level, __file__, 0, message, None, None)
    made.fields = fields
    return made


@pytest.mark.parametrize(
    "value",
    [
        '"\\\r\n\t',
        "\0\x1f\x7f\x85",
        "é漢\u2028\U0001f600",
        "\udc80",
        7,
        -1,
        0.1,
        12.0,
        1e300,
        float("inf"),
        float("-inf"),
        True,
        None,
        [1, "a"],
        {"a": 1},
        b"x",
    ],
)
def test_a_line_is_the_json_of_what_is_in_it(value: Any) -> None:
    line = JsonLines().format(record(path=value, **{'strange "name"': 1}))
    assert "\n" not in line
    told = json.loads(line)
    assert list(told)[-2:] == ["path", 'strange "name"']
    assert told["path"] == (value if not isinstance(value, bytes) else str(value))
    expected = json.dumps({"path": value}, ensure_ascii=False, default=str)
    assert expected[1:-1] in line, "the way it has always been written"


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (0.0, "1970-01-01T00:00:00.000+00:00"),
        (1_700_000_000.25, "2023-11-14T22:13:20.250+00:00"),
        (1_700_000_000.9999, "2023-11-14T22:13:20.999+00:00"),
        (1_700_000_001.0, "2023-11-14T22:13:21.000+00:00"),
    ],
)
def test_times_are_in_utc_to_the_millisecond(moment: float, text: str) -> None:
    made, lines = record(), JsonLines()
    for _ in range(2):
        made.created = moment
        assert json.loads(lines.format(made))["time"] == text


@pytest.fixture
def gathered() -> Iterator[tuple[GatheredLines, io.StringIO]]:
    stream = io.StringIO()
    with patch("sys.stderr", stream):
        handler = GatheredLines()
    yield handler, stream
    handler.close()


def test_lines_are_written_together_and_soon(gathered: tuple[GatheredLines, io.StringIO]) -> None:
    handler, stream = gathered
    for batch in range(1, 4):
        for number in range(20):
            handler.handle(record(str(number)))
        until = time.monotonic() + LONG
        while stream.getvalue().count("\n") < 20 * batch and time.monotonic() < until:
            time.sleep(0.01)
        assert stream.getvalue().splitlines() == [str(number) for number in range(20)] * batch


def test_a_warning_is_written_at_once_behind_what_came_before(gathered: tuple[GatheredLines, io.StringIO]) -> None:
    handler, stream = gathered
    handler.handle(record("first"))
    handler.handle(record("second", logging.WARNING))
    assert stream.getvalue() == "first\nsecond\n"


def test_so_many_are_not_kept(gathered: tuple[GatheredLines, io.StringIO]) -> None:
    handler, stream = gathered
    for number in range(501):
        handler.handle(record(str(number)))
    assert stream.getvalue().count("\n") >= 500


def test_what_comes_after_the_end_is_written_too(gathered: tuple[GatheredLines, io.StringIO]) -> None:
    handler, stream = gathered
    handler.handle(record("before"))
    handler.close()
    handler.handle(record("after"))
    assert stream.getvalue() == "before\nafter\n"


def test_nothing_is_lost_when_a_process_ends() -> None:
    program = (
        "import logging, threading; from sso_portal.cli.logs import start_logging; start_logging(gathered=True)\n"
        "def tell(name):\n"
        "    for number in range(300): logging.getLogger('a').info('%s %s', name, number)\n"
        "threads = [threading.Thread(target=tell, args=(name,)) for name in range(4)]\n"
        "[thread.start() for thread in threads]; [thread.join() for thread in threads]\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    said = [json.loads(line)["message"].split() for line in ended.stderr.splitlines()]
    for name in range(4):
        assert [int(number) for who, number in said if who == str(name)] == list(range(300)), "in their order"
