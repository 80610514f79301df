"""Everything that ``sso-portal`` writes into its log, in a whole story over portal and sites."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch
from urllib.parse import quote

import pytest

from sso_portal.cli.logs import start_logging
from sso_testkit import SingleSignOn
from tests.support.story_of_two_sites import story


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What ``sso-portal`` writes when everything is told, down to the least important line."""
    root, stream = logging.getLogger(), io.StringIO()
    handlers, level = list(root.handlers), root.level
    libraries = {name: logging.getLogger(name).level for name in ("oauthlib", "sqlalchemy", "waitress.queue")}
    with patch("sys.stderr", stream):
        start_logging(logging.DEBUG)
    yield stream
    # force=True has closed what was there before; only the list is put back.
    root.handlers[:], root.level = handlers, level
    for name, before in libraries.items():
        logging.getLogger(name).setLevel(before)


def test_no_secret_is_in_the_log_that_is_written(sso: SingleSignOn, tmp_path: Path, log: io.StringIO) -> None:
    secrets = story(sso, tmp_path)
    said = log.getvalue()
    lines = [json.loads(line) for line in said.splitlines()]
    assert {line["trace_id"] for line in lines if line["logger"] == "sso_portal.request"} - {"-"}
    assert any(line["level"] == "debug" for line in lines)
    # The beginning is enough: a secret that was cut off is still half a secret.
    found = [name for name, value in secrets.items() if value[:16] in said or quote(value[:16]) in said]
    assert found == []
