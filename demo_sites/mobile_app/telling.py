"""What the app tells on the terminal: one sentence for each step, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TextIO

LONGEST_TOLD = 200
SECRETS = frozenset({"access_token", "refresh_token", "id_token", "code", "code_verifier", "device_code", "token"})
PASSWORDS = frozenset({"password"})


class Stopped(Exception):
    """The app cannot go on. The message is one sentence for whoever started it, without any secret."""


class Telling:
    """Writes numbered steps."""

    def __init__(self, out: TextIO) -> None:
        self.out = out
        self._number = 0

    def title(self, text: str) -> None:
        """What is about to be shown."""
        self._number = 0
        self._write(f"\n{text}\n")

    def step(self, text: str) -> None:
        """Something that the app does."""
        self._number += 1
        self._write(f"{self._number:>3}. {text}")

    def came(self, text: str) -> None:
        """What came of it."""
        self._write(f"     → {text}")

    def picture(self, text: str) -> None:
        """Lines that are shown as they are."""
        self._write(text)

    def _write(self, text: str) -> None:
        encoding = getattr(self.out, "encoding", None) or "utf-8"
        # An old terminal shows a question mark; it is no reason to stop.
        self.out.write(f"{text}\n".encode(encoding, "replace").decode(encoding))
        self.out.flush()


def shown(text: object) -> str:
    """What somebody else wrote, fit for a terminal: no control characters, which could do more than be read there."""
    told = "".join(letter if letter.isprintable() else "?" for letter in str(text))
    return told if len(told) <= LONGEST_TOLD else f"{told[:LONGEST_TOLD]}…"


def masked(values: Mapping[str, object]) -> str:
    """Parameters as they are told: ``username=zp, password=•••, code=(43 characters)``."""
    return ", ".join(f"{name}={_masked(name, value)}" for name, value in values.items())


def _masked(name: str, value: object) -> str:
    if name in PASSWORDS:
        return "•••"
    return f"({len(str(value))} characters)" if name in SECRETS else shown(value)
