"""``sso-client check`` as a command against the running demo: its sites and APIs are green, over real sockets."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.support.demo import Demo, start_demo

APIS = (11, 12, 13)


def check(demo: Demo, site: str, client_id: str, secret: str, *more: str) -> tuple[int, dict[str, Any]]:
    """The exit status, and the list for programs."""
    settings = demo.data / f"{client_id}.ini"
    pairs = {"issuer": demo.portal, "client_id": client_id, "client_secret": secret}
    settings.write_text("[app:main]\n" + "\n".join(f"sso.{name} = {value}" for name, value in pairs.items()))
    command = [sys.executable, "-m", "sso_client.check.command", "check", site, "--settings", str(settings), "--json"]
    done = subprocess.run([*command, *more], capture_output=True, text=True, timeout=120)
    assert secret not in done.stdout + done.stderr and not done.stderr, done.stderr
    return done.returncode, json.loads(done.stdout)


def test_the_demo_is_green_and_a_mistyped_secret_is_red(tmp_path: Path) -> None:
    demo = start_demo(tmp_path)
    try:
        secrets = json.loads((tmp_path / "site-secrets.json").read_text())
        apis = [part for offset in APIS for part in ("--api", f"http://localhost:{demo.base_port + offset}/me")]
        green = [
            check(demo, demo.project_center, "project-center", secrets["project-center"], *apis),
            check(demo, demo.talent_center, "talent-center", secrets["talent-center"]),
            check(demo, f"http://localhost:{demo.base_port + 3}", "partner-site", secrets["partner-site"]),
        ]
        status, red = check(demo, demo.talent_center, "talent-center", "mistyped")
    finally:
        demo.stop()
    for returned, found in green:
        assert returned == 0, found
        # Plain http on this machine: there are no __Host- cookies.
        unseen = [finding["code"] for finding in found["findings"] if finding["outcome"] != "right"]
        assert unseen == ["cookie_prefix"], found
    assert status == 1
    assert [finding["code"] for finding in red["findings"] if finding["outcome"] == "wrong"] == ["credentials"]
