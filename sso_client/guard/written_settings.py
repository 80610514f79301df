"""Settings as they are written down: text that is read one by one, with everything wrong kept for one message."""

from __future__ import annotations

from collections.abc import Mapping

SHARED = ("issuer", "client_id", "client_secret", "timeout", "allow_http")
"""What a site's kit is told under `sso.…` counts for the guard too, unless it is told otherwise."""

_YES = {"true", "yes", "on", "1"}
_NO = {"false", "no", "off", "0", ""}


class WrittenSettings:
    """The settings `guard.…` of a mapping. `problems`: what was wrong so far, a sentence each."""

    def __init__(self, source: Mapping[str, object]) -> None:
        self._source = source
        self.problems: list[str] = []

    def text(self, name: str, default: str = "", *, needed: bool = False) -> str:
        """Return a setting without the spaces around it."""
        value = self._source.get(f"guard.{name}")
        if value is None and name in SHARED:
            value = self._source.get(f"sso.{name}")
        result = default if value is None else str(value).strip()
        if needed and not result:
            self.problems.append(f"guard.{name} is missing")
        return result

    def words(self, name: str) -> tuple[str, ...]:
        """Return what spaces separate, each once."""
        return tuple(dict.fromkeys(self.text(name).split()))

    def yes(self, name: str) -> bool:
        """Return whether a setting is switched on."""
        written = self.text(name, "false").lower()
        if written not in _YES | _NO:
            self.problems.append(f"guard.{name} must be true or false, not {written!r}")
        return written in _YES

    def number(self, name: str, default: int, least: int, most: int) -> int:
        """Return a whole number from `least` to `most`."""
        written = self.text(name, str(default))
        if not written.isascii() or not written.isdigit() or not least <= int(written[:20]) <= most:
            self.problems.append(f"guard.{name} must be a whole number from {least} to {most}, not {written!r}")
            return default
        return int(written)

    def seconds(self, name: str, default: float, least: float, most: float) -> float:
        """Return a time in seconds, with a fraction or without."""
        written = self.text(name, str(default))
        try:
            value = float(written)
        except ValueError:
            value = float("nan")
        if not least <= value <= most:
            self.problems.append(f"guard.{name} must be a number from {least:g} to {most:g}, not {written!r}")
            return default
        return value
