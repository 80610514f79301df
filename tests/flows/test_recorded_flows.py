"""A real flow, recorded: all that happened is told, and no secret is; the pictures of the documentation are true."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from urllib.parse import parse_qsl, urlsplit

import pytest

from sso_testkit import SingleSignOn
from sso_testkit.journal import Hop, Journal
from sso_testkit.recorder import Recording, record
from sso_testkit.sso import PROJECT_CENTER, TALENT_CENTER
from tests.support.source import ROOT

_SECRET_NAMES = re.compile(
    r"token$|^code$|^code_|^state$|^nonce$|secret|^password$|hint$|^receipt$|^interaction$|^session_state$|^activity$"
)


@pytest.fixture
def journal(sso: SingleSignOn) -> Journal:
    """Sign in once, use two sites, sign out everywhere."""
    browser = sso.browser()
    browser.open(f"{PROJECT_CENTER}/mine")
    browser.sign_in("zp", "penadmin")
    browser.open(f"{TALENT_CENTER}/mine")
    browser.submit(next(form for form in browser.page.forms.values() if form.action.endswith("/sign-out")))
    return sso.world.journal


def secrets_of(hop: Hop) -> set[str]:
    """Every value of a hop that must not be read anywhere."""
    location = dict(hop.response_headers).get("Location", "")
    pairs = [*hop.form, *parse_qsl(urlsplit(hop.url).query), *parse_qsl(urlsplit(location).query)]
    if dict(hop.response_headers).get("Content-Type", "").startswith("application/json"):
        pairs += [(name, value) for name, value in json.loads(hop.body).items() if isinstance(value, str)]
    found = {value for name, value in pairs if _SECRET_NAMES.search(name) and name != "code_challenge_method"}
    found |= {value.partition("=")[2].partition(";")[0] for name, value in hop.response_headers if name == "Set-Cookie"}
    found |= {value.partition(" ")[2] for name, value in hop.request_headers.items() if name.lower() == "authorization"}
    return {value for value in found if len(value) >= 8} - {"access_token", "refresh_token"}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_secret_is_in_any_form(journal: Journal, language: str) -> None:
    recording = record(journal, title="A flow", language="zh" if language == "zh" else "en")
    told = [recording.html(), recording.markdown(), recording.svg()]
    secrets = {secret for hop in journal.hops for secret in secrets_of(hop)}
    assert len(secrets) > 20
    assert "penadmin" in secrets
    # A part of a secret is one as well: what stands beyond its first three characters.
    assert [secret for secret in secrets if any(secret[3:12] in text for text in told)] == []


def test_the_whole_flow_is_told(journal: Journal) -> None:
    recording = record(journal, title="A flow")
    assert [lane.key for lane in recording.lanes] == [
        *("person", "browser", "project.example.test", "talent.example.test", "portal.example.test")
    ]
    assert [chapter.title for chapter in recording.chapters] == [
        "Opens project.example.test /mine",
        "Types user name and password",
        "Opens talent.example.test /mine",
        "Signs out at talent.example.test",
    ]
    said = [step.words for chapter in recording.chapters for step in chapter.steps]
    assert said.count("Exchanges the code for tokens, server to server") == 2
    assert said.count("Tells the site that the session is over") == 2
    assert _silent(recording)


def _silent(recording: Recording) -> bool:
    """Whether the second site's chapter shows no page of the portal."""
    return not any("/o/login/" in step.wire for step in recording.chapters[2].steps)


def test_the_pictures_of_the_documentation_are_what_happens() -> None:
    command = [sys.executable, "scripts/draw_flows.py", "--check", "docs"]
    done = subprocess.run(command, cwd=ROOT, env={"PYTHONPATH": "."}, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_picture_that_is_out_of_date_is_found(tmp_path: object) -> None:
    command = [sys.executable, "scripts/draw_flows.py", "--check", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, env={"PYTHONPATH": "."}, capture_output=True, text=True, timeout=120)
    assert done.returncode == 1
    assert "flow.svg is out of date; run: make docs" in done.stderr
