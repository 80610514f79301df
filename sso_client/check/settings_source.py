"""Where the check gets the site's settings from: an ini file, the environment, or a bare issuer."""

from __future__ import annotations

from collections.abc import Mapping
from configparser import Error as IniError
from configparser import RawConfigParser
from dataclasses import replace
from pathlib import Path

from sso_client.errors import SettingsProblem
from sso_client.settings import Settings, read_settings

FROM_ENVIRONMENT = "env"
_NAMELESS = "nobody"


def settings_from(source: str, section: str, environment: Mapping[str, str]) -> Settings:
    """Return the settings `sso.…` of the file `source`, or those `SSO__…` of the environment for "env".

    section: of the file; "" for the first one that has an issuer. Raises SettingsProblem; no secret is ever in it.
    """
    found = _of_environment(environment) if source == FROM_ENVIRONMENT else _of_file(Path(source), section)
    if not found:
        raise SettingsProblem(f"there are no settings sso.… in {source if section == '' else f'{source} [{section}]'}")
    # What the site asks for is seen at its redirect; sites that use another library may have no such setting.
    return read_settings({"sso.scope": "openid", **found})


def settings_of_stranger(issuer: str) -> Settings:
    """Return what can be known of a site without its settings. Raises SettingsProblem."""
    named = {"sso.issuer": issuer, "sso.scope": "openid", "sso.client_id": _NAMELESS, "sso.client_secret": _NAMELESS}
    return replace(read_settings(named), client_id="", client_secret="")


def _of_environment(environment: Mapping[str, str]) -> dict[str, str]:
    wanted = {name: value for name, value in environment.items() if name.startswith("SSO__") and name.count("__") == 1}
    return {f"sso.{name.removeprefix('SSO__').lower()}": value for name, value in wanted.items()}


def _of_file(file: Path, section: str) -> dict[str, str]:
    # Not interpolated: a % in a secret is a %, and the paths that need %(here)s are not.
    ini = RawConfigParser(strict=False)
    try:
        ini.read_string(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, IniError) as problem:
        raise SettingsProblem(f"{file} cannot be read: {type(problem).__name__}") from None
    names = [section] if section else [name for name in ini.sections() if ini.has_option(name, "sso.issuer")][:1]
    return {key: value for name in names if ini.has_section(name) for key, value in ini.items(name)}
