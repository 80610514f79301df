"""From ini file and environment to settings, or one error that lists everything that is wrong."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, get_type_hints

from sso_portal.base.errors import SettingsError
from sso_portal.settings.areas import Settings
from sso_portal.settings.checks import check_settings

_TRUE = {"true", "yes", "on", "1"}
_FALSE = {"false", "no", "off", "0"}

_AREAS: dict[str, type[Any]] = get_type_hints(Settings)
# Once: the annotations are text, which takes longer to understand than everything else here.
_KINDS = {name: get_type_hints(area) for name, area in _AREAS.items()}


def load_settings(ini: Mapping[str, str], environment: Mapping[str, str]) -> Settings:
    """Settings from ``sso.<area>.<field>`` in ``ini`` and ``SSO__AREA__FIELD`` in ``environment``, which wins.

    Raises :class:`SettingsError` with every problem found: missing, unknown, malformed and contradictory ones.
    """
    given = _given(ini, environment)
    problems: list[str] = []
    areas: dict[str, Any] = {}
    for name, area in _AREAS.items():
        areas[name] = _read_area(name, area, given, problems)
    problems.extend(f"{key}: there is no such setting" for key in sorted(given))
    if problems:
        raise SettingsError(problems)
    settings = Settings(**areas)
    problems.extend(check_settings(settings))
    if problems:
        raise SettingsError(problems)
    return settings


def _given(ini: Mapping[str, str], environment: Mapping[str, str]) -> dict[str, str]:
    given = {key: str(value) for key, value in ini.items() if key.startswith("sso.")}
    for variable, value in environment.items():
        parts = variable.split("__")
        if len(parts) == 3 and parts[0] == "SSO":  # noqa: PLR2004 - prefix, area, field
            given[f"sso.{parts[1].lower()}.{parts[2].lower()}"] = value
    return given


def _read_area(name: str, area: type[Any], given: dict[str, str], problems: list[str]) -> Any:
    values: dict[str, Any] = {}
    hints = _KINDS[name]
    for field in dataclasses.fields(area):
        key = f"sso.{name}.{field.name}"
        if key in given:
            try:
                values[field.name] = _convert(given.pop(key).strip(), hints[field.name])
            except ValueError as error:
                problems.append(f"{key}: {error}")
        elif field.default is dataclasses.MISSING:
            problems.append(f"{key}: is missing ({field.metadata['manual']})")
    complete = all(
        field.name in values or field.default is not dataclasses.MISSING for field in dataclasses.fields(area)
    )
    return area(**values) if complete else None


def _convert(text: str, kind: Any) -> Any:
    if kind is bool:
        if text.lower() in _TRUE | _FALSE:
            return text.lower() in _TRUE
        raise ValueError(f"expected true or false, found {text!r}")
    if kind is int:
        try:
            return int(text)
        except ValueError:
            raise ValueError(f"expected a whole number, found {text!r}") from None
    return text if kind is str else tuple(text.split())
