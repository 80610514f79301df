"""The profile: standard claims about a person that an operator may set (OpenID Connect Core, section 5.1)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from sso_portal.base.errors import Refused
from sso_portal.services.client_metadata_checks import web_address

Check = Callable[[str], str | None]

_LONGEST_TEXT = 200
_LONGEST_LINES = 1000
_LONGEST_URL = 2000
_MOST_ROLES = 100
_LONGEST_ROLE = 100
_BIRTHDATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_YEAR = re.compile(r"[0-9]{4}")
_PHONE_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}(;ext=[0-9]{1,10})?")
_LANGUAGE_TAG = re.compile(
    r"([a-z]{2,3}(-[a-z]{3}){0,3}|[a-z]{4,8})(-[a-z]{4})?(-([a-z]{2}|[0-9]{3}))?(-([a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*"
    r"(-[0-9a-wy-z](-[a-z0-9]{2,8})+)*(-x(-[a-z0-9]{1,8})+)?",
    re.ASCII | re.IGNORECASE,
)


@dataclass(frozen=True)
class Claim:
    """What a value of one claim has to be: its kind in JSON, and a check that says what is wrong, or ``None``."""

    kind: type = str
    check: Check = lambda _value: None


def text(value: str) -> str | None:
    """One line."""
    return None if len(value) <= _LONGEST_TEXT and value.isprintable() else "is one line of at most 200 characters"


def lines(value: str) -> str | None:
    """One line or several (section 5.1.1)."""
    fits = len(value) <= _LONGEST_LINES and all(line.isprintable() for line in value.split("\n"))
    return None if fits else "has lines of printable characters, 1000 in all at most"


def url(value: str) -> str | None:
    """The address of a page or picture; it may have a fragment."""
    return web_address(value.partition("#")[0] or "#") if len(value) <= _LONGEST_URL else "has 2000 characters at most"


def birthdate(value: str) -> str | None:
    """A day, a day without its year (``0000-MM-DD``), or a year."""
    day = _BIRTHDATE.fullmatch(value)
    if day is None:
        known = _YEAR.fullmatch(value) and value != "0000"
        return None if known else "is YYYY-MM-DD, 0000-MM-DD without the year, or YYYY"
    try:
        # A birthday without its year may be the 29th of February.
        date(int(day[1]) or 2000, int(day[2]), int(day[3]))
    except ValueError:
        return "is no day of the calendar"
    return None


def zoneinfo(value: str) -> str | None:
    """A time zone."""
    return None if value in _time_zones() else "is a name such as Asia/Shanghai"


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones()) - {"localtime"}


def locale(value: str) -> str | None:
    """A language (BCP 47)."""
    return None if _LANGUAGE_TAG.fullmatch(value) else "is a language tag such as zh-CN"


def phone_number(value: str) -> str | None:
    """A telephone number (E.164; an extension as in RFC 3966)."""
    return None if _PHONE_NUMBER.fullmatch(value) else "is a number such as +8613800138000"


PROFILE: Mapping[str, Claim] = {
    "given_name": Claim(check=text),
    "family_name": Claim(check=text),
    "middle_name": Claim(check=text),
    "nickname": Claim(check=text),
    "profile": Claim(check=url),
    "picture": Claim(check=url),
    "website": Claim(check=url),
    "gender": Claim(check=text),
    "birthdate": Claim(check=birthdate),
    "zoneinfo": Claim(check=zoneinfo),
    "locale": Claim(check=locale),
    "phone_number": Claim(check=phone_number),
    "phone_number_verified": Claim(bool),
    "address": Claim(dict),
}
"""The claims that are kept together under their names."""

COLUMNS: Mapping[str, type] = {"name": str, "email": str, "email_verified": bool}
"""The claims that are columns of their own, and their kinds; every person has them."""

ADDRESS: Mapping[str, Check] = {
    "formatted": lines,
    "street_address": lines,
    "locality": text,
    "region": text,
    "postal_code": text,
    "country": text,
}
"""The members of ``address`` (section 5.1.1)."""


def changed_profile(profile: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """``profile`` after ``changes`` by claim name; ``None`` or an empty text removes one. Of ``address`` the members
    given are changed. A new phone number is not verified unless that is said with it.

    Raises :class:`Refused`.
    """
    changed = dict(profile)
    for name, value in changes.items():
        checked = (
            _address(changed.get(name, {}), value) if name == "address" else _value(name, PROFILE.get(name), value)
        )
        changed[name] = checked
    if changed.get("phone_number") != profile.get("phone_number") and "phone_number_verified" not in changes:
        changed["phone_number_verified"] = None
    if changed.get("phone_number_verified") and not changed.get("phone_number"):
        raise Refused("phone_number_verified: there is no phone_number.")
    return {name: value for name, value in changed.items() if value not in (None, "", {})}


def _address(address: Mapping[str, str], value: Any) -> dict[str, str]:
    if value in (None, ""):
        return {}
    if not isinstance(value, Mapping):
        raise Refused(f"address: is an object with some of: {', '.join(ADDRESS)}.")
    members = {
        name: _value(f"address.{name}", Claim(check=ADDRESS[name]) if name in ADDRESS else None, member)
        for name, member in value.items()
    }
    return {name: member for name, member in {**address, **members}.items() if member}


def _value(name: str, claim: Claim | None, value: Any) -> Any:
    if claim is None:
        raise Refused(f"{name}: there is no such claim to set; known are: {', '.join([*COLUMNS, *PROFILE])}.")
    if value in (None, ""):
        return None
    if not isinstance(value, claim.kind):
        raise Refused(f"{name}: {'is true or false' if claim.kind is bool else 'is a text'}.")
    problem = claim.check(value) if isinstance(value, str) else None
    if problem:
        raise Refused(f"{name}: {problem}.")
    return value


def checked_roles(roles: Iterable[str]) -> list[str]:
    """``roles``, each once, in their order. Raises :class:`Refused`."""
    known: dict[str, None] = {}
    for role in roles:
        if not (isinstance(role, str) and 1 <= len(role) <= _LONGEST_ROLE and role.isprintable() and " " not in role):
            raise Refused(f"{str(role)[:_LONGEST_ROLE]!r} is no role: 1 to 100 printable characters without spaces.")
        known[role] = None
    if len(known) > _MOST_ROLES:
        raise Refused("A person has at most 100 roles.")
    return list(known)


def parse_assignments(assignments: Iterable[str]) -> dict[str, Any]:
    """``CLAIM=VALUE`` texts as changes by claim name; members of the address as ``address.country=CN``, booleans
    ``true`` or ``false``, nothing after the sign to remove.

    Raises :class:`Refused`.
    """
    changes: dict[str, Any] = {}
    for assignment in assignments:
        name, separator, value = assignment.partition("=")
        if not separator:
            raise Refused(f"{assignment!r} is not CLAIM=VALUE.")
        claim, _, member = name.partition(".")
        if claim == "address" and member:
            members = changes.get("address")
            changes["address"] = {**(members if isinstance(members, dict) else {}), member: value}
        else:
            changes[name] = _parsed(name, value)
    return changes


def _parsed(name: str, value: str) -> str | bool:
    kind = PROFILE[name].kind if name in PROFILE else COLUMNS.get(name)
    if kind is not bool or not value:
        return value
    if value not in {"true", "false"}:
        raise Refused(f"{name}: is true or false.")
    return value == "true"
