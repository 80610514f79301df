"""The recipe for Django sites, as it stands in docs/recipes, and the story of four sites."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.support.source import ROOT

STORY = ROOT / "tests" / "support" / "recipe_stories" / "django_story.py"


def test_the_story_of_the_django_site_is_green() -> None:
    # Django has its settings once in a process, and in this one another test's site may have been.
    line = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", str(STORY)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    ran = subprocess.run(line, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, ran.stdout[-6000:] + ran.stderr[-2000:]
    assert "21 passed" in ran.stdout
