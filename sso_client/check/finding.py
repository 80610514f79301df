"""What a check has found: right, wrong with a way to mend it, or not to be seen from outside."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """How a line of the list ends."""

    RIGHT = "right"
    WRONG = "wrong"
    UNSEEN = "unseen"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one check says. `mend`: what to do about it, "" unless it is wrong."""

    outcome: Outcome
    says: str
    mend: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """A verdict and its stable code. `about`: the API it is about, "" for the site and the portal."""

    code: str
    outcome: Outcome
    says: str
    mend: str
    about: str = ""


def right(says: str) -> Verdict:
    """It is as it should be."""
    return Verdict(Outcome.RIGHT, says)


def wrong(says: str, mend: str) -> Verdict:
    """It is not, and this is how to mend it."""
    return Verdict(Outcome.WRONG, says, mend)


def unseen(says: str) -> Verdict:
    """It could not be looked at, for this reason."""
    return Verdict(Outcome.UNSEEN, says)


def shown(text: str, most: int = 200) -> str:
    """Return what somebody else wrote so that a terminal can show it: no control characters, not endless."""
    plain = "".join(character if character.isprintable() else "?" for character in text[: most + 1])
    return plain if len(plain) <= most else plain[:most] + "…"
