"""Compiles every translation catalogue (.po) of the packages to the form that is read at run time (.mo)."""

from __future__ import annotations

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("sso_portal", "demo_sites")
"""Where there are words; environments of other programs may lie beside them."""


def main() -> None:
    """Compile what is newer than its compiled form."""
    for source in (found for package in PACKAGES for found in (ROOT / package).rglob("LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as stream:
            catalogue = read_po(stream, locale=source.parts[-3])
        with target.open("wb") as stream:
            write_mo(stream, catalogue)


if __name__ == "__main__":
    main()
