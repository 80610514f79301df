"""A QR code in the terminal."""

# mypy: disable-error-code="import-untyped"

from __future__ import annotations

import io

import segno

_BLOCKS = "▀▄█"


def qr_code(address: str, encoding: str) -> str:
    """The lines of the picture; "" where there is no address, or the ``encoding`` has no blocks to draw with.

    Dark on light whatever the colours of the terminal are: not every telephone reads it the other way round.
    """
    try:
        _BLOCKS.encode(encoding)
    except (UnicodeError, LookupError):
        return ""
    if not address:
        return ""
    drawn = io.StringIO()
    segno.make(address, error="m", micro=False).terminal(drawn, compact=True)
    # segno leaves the dark squares empty: white on black is said here.
    return "\n".join(f"\x1b[97;40m{line}\x1b[0m" for line in drawn.getvalue().splitlines())
