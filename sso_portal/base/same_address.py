"""Whether two web addresses are the same although they are spelled differently (RFC 3986, section 6.2)."""

from __future__ import annotations

import re
from posixpath import normpath
from urllib.parse import SplitResult, urlsplit

LONGEST = 2_000
"""Characters of the longest address that is compared."""

_PORTS = {"http": 80, "https": 443}
_ESCAPED = re.compile(r"%([0-9A-Fa-f]{2})")
_UNESCAPED = re.compile(r"%(?![0-9A-Fa-f]{2})|[^!-~]|[\\<>\"{}|^`]")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")


def without_query(uri: str) -> str | None:
    """``uri`` in its normal form, without query and fragment; ``None`` when it is no http or https address.

    Scheme and host in lower case, no default port, nothing escaped that need not be, no dot segments; paths keep their
    last slash (RFC 3986, sections 6.2.2 and 6.2.3; RFC 9449, section 4.3).
    """
    if len(uri) > LONGEST or _UNESCAPED.search(uri):
        return None
    try:
        parts = urlsplit(uri)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not parts.hostname or "@" in parts.netloc:
        return None
    return f"{parts.scheme}://{_host(parts, port)}{_path(parts.path)}"


def _host(parts: SplitResult, port: int | None) -> str:
    host = _plain(str(parts.hostname)).lower()
    shown = f"[{host}]" if ":" in host else host
    return shown if port in {None, _PORTS[parts.scheme]} else f"{shown}:{port}"


def _path(path: str) -> str:
    plain = _plain(path)
    # Two slashes in a row mean something of their own: such a path is left as it is.
    if not plain or "//" in plain:
        return plain or "/"
    ends = plain.endswith(("/", "/.", "/.."))
    clean = normpath(plain)
    return f"{clean}/" if ends and clean != "/" else clean


def _plain(text: str) -> str:
    def spelled(match: re.Match[str]) -> str:
        letter = chr(int(match[1], 16))
        return letter if _UNRESERVED.fullmatch(letter) else match[0].upper()

    return _ESCAPED.sub(spelled, text)
