"""A value as it may be shown: secrets by beginning and length, random numbers too, addresses without theirs."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlsplit

from sso_flow.meanings import meaning_of

_TOLD = 3
_LONG_ENOUGH = 20
_LONGEST = 200
_MOST_NAMES = 3
_TYPED = re.compile(r"pass|secret|pin\b|otp|user_code", re.IGNORECASE)
_SECRET = re.compile(r"token|code$|verifier|assertion|credential|cookie|session|hint|key$|signature", re.IGNORECASE)
# The second: one in fifty that are drawn from letters and digits has no digit.
_RANDOM = re.compile(
    r"(?=[\w.~-]*[0-9])(?=[\w.~-]*[A-Za-z])[\w.~-]{20,}|(?=(?:[a-z]*[A-Z]){4})(?=(?:[A-Z]*[a-z]){4})[A-Za-z]{22,}"
)
_RANDOM_SEGMENT = re.compile(r"(?=[\w~-]*[0-9])(?=[\w~-]*[A-Za-z])[\w~-]{16,}|[0-9a-f]{12,}", re.ASCII)
_RANDOM_TAIL = re.compile(r"(?<=[_.])(?=[a-z_-]*[0-9A-Z])([\w-]{43}|[\w-]{22})$", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def shown(name: str, value: str) -> str:
    """The value of parameter ``name``: of a secret ``abc…(43)``, of a password its length alone, else the value,
    shortened to 200 characters."""
    meaning = meaning_of(name)
    if is_typed(name):
        return _hidden(value, 0)
    if (meaning and meaning.secret) or (meaning is None and _SECRET.search(name)) or _RANDOM.fullmatch(value):
        return _hidden(value, _TOLD)
    if "?" in value or "#" in value or value.startswith("/"):
        return shortened(shown_address(value))
    return shown_text(value) if meaning is None else shortened(value)


def is_typed(name: str) -> bool:
    """Whether people type this parameter and nobody else may know it: passwords, codes."""
    meaning = meaning_of(name)
    return meaning.typed if meaning else _TYPED.search(name) is not None


def shown_text(text: str) -> str:
    """Free text, in which whatever looks drawn at random is a secret: signed tokens, codes, keys."""
    return shortened(_RANDOM.sub(lambda found: _hidden(found[0], _TOLD), text))


def shown_name(name: str) -> str:
    """A parameter's name; a name that looks like a secret is treated as one."""
    return shortened(name) if meaning_of(name) or not _RANDOM.fullmatch(name) else _hidden(name, _TOLD)


def shown_credentials(header: str) -> str:
    """An ``Authorization`` header: its scheme, and the rest as a secret."""
    scheme, _, secret = header.partition(" ")
    return f"{shortened(scheme)} {_hidden(secret, _TOLD)}" if secret else _hidden(header, _TOLD)


def shown_cookie(header: str) -> str:
    """A ``Set-Cookie`` header: the cookie's name, its length and its attributes."""
    pair, *attributes = [part.strip() for part in header.split(";")]
    name, _, value = pair.partition("=")
    kept = [part for part in attributes if not part.lower().startswith(("expires", "comment"))]
    return shortened("; ".join([f"{_RANDOM_TAIL.sub('…', name)}={_hidden(value, 0)}", *kept]))


def shown_address(url: str) -> str:
    """An address with the names of three parameters at most; neither their values nor random parts of its path."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return _hidden(url, 0)
    origin = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}" if parts.netloc else ""
    path = shown_path(parts.path)
    names = [name for name, _ in parse_qsl(f"{parts.query}&{parts.fragment}", keep_blank_values=True)]
    told = [f"{shown_name(name)}=…" for name in names[:_MOST_NAMES]] + (["…"] if len(names) > _MOST_NAMES else [])
    return f"{origin}{path}{'?' if told else ''}{'&'.join(told)}"


def shown_path(path: str) -> str:
    """A path whose random segments are hidden."""
    return "/".join("…" if _RANDOM_SEGMENT.fullmatch(part) else shortened(part) for part in path.split("/"))


def shortened(text: str) -> str:
    """A text of 200 characters at most, without signs that nobody sees."""
    clean = _CONTROL.sub("�", text)
    return clean if len(clean) <= _LONGEST else f"{clean[:_LONGEST]}…({len(clean)})"


def _hidden(value: str, told: int) -> str:
    if not value:
        return ""
    beginning = _CONTROL.sub("�", value[:told]) if len(value) >= _LONG_ENOUGH else ""
    return f"{beginning}…({len(value)})"
