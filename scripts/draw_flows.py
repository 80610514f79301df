"""Draws the pictures of the documentation from a real flow in one process: ``draw_flows.py [--check] FOLDER``."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from sso_testkit import SingleSignOn
from sso_testkit.journal import Journal
from sso_testkit.recorder import record
from sso_testkit.sso import PROJECT_CENTER, TALENT_CENTER

LEFT_OUT = ("/.well-known/openid-configuration", "/o/jwks/", "/o/userinfo/", "/o/session_activity/")
"""What the sites' servers ask besides; the picture has the flow itself."""

PERSON, PASSWORD = "zp", "penadmin"


def two_sites() -> Journal:
    """Sign in once, use two sites, sign out everywhere."""
    with tempfile.TemporaryDirectory() as folder:
        sso = SingleSignOn(Path(folder))
        sso.add_person(PERSON, PASSWORD, name="张鹏")
        browser = sso.browser()
        browser.open(f"{PROJECT_CENTER}/mine")
        browser.sign_in(PERSON, PASSWORD)
        browser.open(f"{TALENT_CENTER}/mine")
        browser.submit(next(form for form in browser.page.forms.values() if form.action.endswith("/sign-out")))
        sso.close()
    return sso.world.journal


def pictures() -> dict[str, str]:
    """Each picture by its file's name."""
    journal = two_sites()
    english = record(
        journal,
        title="Sign in once, use two sites, sign out everywhere",
        names={"project.example.test": "Project center", "talent.example.test": "Talent center"},
        without=LEFT_OUT,
    )
    chinese = record(
        journal,
        title="登录一次，使用两个站点，全部退出",
        language="zh",
        names={"project.example.test": "项目中心", "talent.example.test": "人才中心"},
        without=LEFT_OUT,
    )
    return {"flow.svg": english.svg(), "flow.zh-CN.svg": chinese.svg()}


def main(arguments: list[str]) -> int:
    """Write the pictures, or say which of them are not as they should be."""
    folder = Path(arguments[-1])
    if "--check" not in arguments:
        for name, picture in pictures().items():
            (folder / name).write_text(picture, encoding="utf-8")
        return 0
    stale = [name for name, picture in pictures().items() if _written(folder / name) != picture]
    for name in stale:
        print(f"{folder / name} is out of date; run: make docs", file=sys.stderr)
    return 1 if stale else 0


def _written(file: Path) -> str:
    return file.read_text(encoding="utf-8") if file.exists() else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
