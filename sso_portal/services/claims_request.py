"""The ``claims`` parameter: single claims that a site asks for (OpenID Connect Core, section 5.5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

_MAXIMUM_CLAIMS = 60


class BadClaims(ValueError):
    """The parameter is not what the specification describes; the message says where."""


@dataclass(frozen=True)
class ClaimsRequest:
    """Claims asked for in the ``id_token`` and at ``userinfo``: by name, with what was said about each, or nothing."""

    id_token: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    userinfo: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def names(self) -> frozenset[str]:
        """Every claim that is asked for anywhere."""
        return frozenset(self.id_token) | frozenset(self.userinfo)

    def only(self, names: Iterable[str]) -> dict[str, dict[str, dict[str, Any]]]:
        """The part that is about ``names``, as it is stored."""
        wanted = set(names)
        parts = {"id_token": self.id_token, "userinfo": self.userinfo}
        return {
            place: {name: dict(asked) for name, asked in part.items() if name in wanted}
            for place, part in parts.items()
        }

    @property
    def subject(self) -> str | None:
        """The only person that will do (section 5.5.1: ``sub`` with a value)."""
        value = self.id_token.get("sub", {}).get("value")
        return value if isinstance(value, str) else None

    @property
    def essential_acr(self) -> tuple[str, ...]:
        """The strengths of sign-in of which one is demanded (section 5.5.1.1)."""
        asked = self.id_token.get("acr", {})
        return values_of(asked) if asked.get("essential") is True else ()


NOTHING_ASKED = ClaimsRequest()
"""No single claim."""


def values_of(asked: Mapping[str, Any]) -> tuple[str, ...]:
    """The values of which one will do: ``value`` or ``values``."""
    values = [asked["value"]] if "value" in asked else asked.get("values", [])
    return tuple(value for value in values if isinstance(value, str))


def parse_claims(given: object) -> ClaimsRequest:
    """The parameter, already read as JSON. Raises :class:`BadClaims`.

    Members that are not understood are ignored (section 5.5), known ones of the wrong kind are not.
    """
    if not isinstance(given, dict):
        raise BadClaims("the parameter is not a JSON object")
    if not given:
        return NOTHING_ASKED
    return ClaimsRequest(id_token=_part(given, "id_token"), userinfo=_part(given, "userinfo"))


def _part(given: Mapping[str, Any], place: str) -> dict[str, dict[str, Any]]:
    part = given.get(place)
    if part is None:
        return {}
    if not isinstance(part, dict):
        raise BadClaims(f"{place} is not a JSON object")
    if len(part) > _MAXIMUM_CLAIMS:
        raise BadClaims(f"{place} asks for more than {_MAXIMUM_CLAIMS} claims")
    return {name: _asked(place, name, asked) for name, asked in part.items()}


def _asked(place: str, name: str, asked: object) -> dict[str, Any]:
    if asked is None:
        return {}
    where = f"{place}.{''.join(filter(str.isalnum, name.encode('ascii', 'ignore').decode()))[:40]}"
    if not isinstance(asked, dict):
        raise BadClaims(f"{where} is neither null nor a JSON object")
    if not isinstance(asked.get("essential", False), bool):
        raise BadClaims(f"{where}.essential is not true or false")
    if not isinstance(asked.get("values", []), list):
        raise BadClaims(f"{where}.values is not a list")
    return {member: asked[member] for member in ("essential", "value", "values") if member in asked}
