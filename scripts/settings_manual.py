"""Writes docs/settings.md from the settings' own definitions: ``settings_manual.py [--check] FILE``."""

from __future__ import annotations

import dataclasses
import sys
from typing import Any, get_type_hints

from scripts.written_page import write_or_check
from sso_portal.settings.areas import Settings

HEAD = """# Settings

Every setting is a line `sso.<area>.<field> = value` in the ini file's section `[app:main]`, or the environment variable
`SSO__AREA__FIELD`, which wins. Wrong, missing and unknown settings are listed all at once, and nothing is started.

This page is written by `make docs` from `sso_portal/settings/areas.py`.
"""
KINDS = {str: "text", int: "whole number", bool: "true or false", tuple[str, ...]: "words"}


def manual() -> str:
    """The whole page."""
    parts = [HEAD]
    for name, area in get_type_hints(Settings).items():
        parts.append(f"\n## sso.{name}\n\n{area.__doc__}\n\n")
        parts.append("| setting | kind | default | meaning |\n| --- | --- | --- | --- |\n")
        hints = get_type_hints(area)
        for field in dataclasses.fields(area):
            meaning = field.metadata["manual"]
            parts.append(f"| `sso.{name}.{field.name}` | {KINDS[hints[field.name]]} | {default(field)} | {meaning} |\n")
    return "".join(parts)


def default(field: dataclasses.Field[Any]) -> str:
    """A field's default as the ini file would have it."""
    if field.default is dataclasses.MISSING:
        return "**required**"
    if isinstance(field.default, bool):
        return f"`{str(field.default).lower()}`"
    text = " ".join(field.default) if isinstance(field.default, tuple) else str(field.default)
    return f"`{text}`" if text else "empty"


def main(arguments: list[str]) -> int:
    """Write the page, or say whether it is as it should be."""
    return write_or_check(arguments, manual)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
