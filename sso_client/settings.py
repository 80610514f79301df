"""What a site tells the kit: four settings it must give, and a few it may."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from sso_client.errors import SettingsProblem
from sso_client.urls import is_safe_endpoint

RESERVED_PARAMETERS = frozenset(
    {
        "response_type",
        "response_mode",
        "client_id",
        "client_secret",
        "redirect_uri",
        "scope",
        "state",
        "nonce",
        "code_challenge",
        "code_challenge_method",
        "request",
        "request_uri",
    }
)
"""Parameters of the authorization request that belong to the kit; a site cannot set them."""

CLIENT_AUTH_METHODS = ("client_secret_basic", "client_secret_post")
_YES = {"true", "yes", "on", "1"}
_NO = {"false", "no", "off", "0", ""}


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one site.

    issuer: the portal's issuer identifier, letter by letter as in its metadata (OpenID Discovery section 3).
    scope: what is asked for; holds `openid`.   store: path of the site's SQLite file, or ":memory:".
    timeout: seconds that one call to the portal may take.   session_seconds: absolute life of a site session.
    site_url: public base address of the site without a path; "" means that each request's own host is believed.
    client_auth: how the site authenticates at the token endpoint (OpenID Connect Core section 9).
    extra_params: more parameters for the authorization request.   allow_http: plain http beyond this machine.
    activity_seconds: how often the portal is told which of its sessions are in use here, 0 for never.
    resource: the API that the tokens of `request.sso.api()` are for (RFC 8707), "" for none in particular.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: tuple[str, ...]
    store: str
    timeout: float = 5.0
    session_seconds: int = 8 * 3600
    site_url: str = ""
    client_auth: str = "client_secret_basic"
    extra_params: tuple[tuple[str, str], ...] = ()
    allow_http: bool = False
    activity_seconds: int = 120
    resource: str = ""

    @property
    def max_age(self) -> int | None:
        """The `max_age` that the site asks for in its extra parameters, in seconds, or None."""
        value = dict(self.extra_params).get("max_age")
        return None if value is None else int(value)


def read_settings(source: Mapping[str, object]) -> Settings:
    """Read the settings `sso.…` from `source`. Raises SettingsProblem, which names everything that is wrong at once."""
    problems: list[str] = []

    def text(name: str, default: str = "", *, needed: bool = False) -> str:
        value = source.get(f"sso.{name}")
        result = default if value is None else str(value).strip()
        if needed and not result:
            problems.append(f"sso.{name} is missing")
        return result

    def number(name: str, default: float, least: float, most: float) -> float:
        written = text(name, str(default))
        try:
            value = float(written)
        except ValueError:
            value = float("nan")
        if not least <= value <= most:
            problems.append(f"sso.{name} must be a number from {least:g} to {most:g}, not {written!r}")
            return default
        return value

    allow_http = _yes_or_no(text("allow_http", "false"), problems)
    issuer = text("issuer", needed=True)
    if issuer and (not is_safe_endpoint(issuer, allow_http=allow_http) or "?" in issuer):
        problems.append(f"sso.issuer must be an https address (http only for this machine), not {issuer!r}")
    site_url = text("site_url").rstrip("/")
    if site_url and not re.fullmatch(r"https?://[^/?#\s@\\]+", site_url):
        problems.append(f"sso.site_url must be scheme://host or scheme://host:port, not {site_url!r}")
    scope = tuple(dict.fromkeys(text("scope", needed=True).split()))
    if scope and "openid" not in scope:
        problems.append("sso.scope must hold openid (OpenID Connect Core section 3.1.2.1)")
    client_auth = text("client_auth", CLIENT_AUTH_METHODS[0])
    if client_auth not in CLIENT_AUTH_METHODS:
        problems.append(f"sso.client_auth must be one of {', '.join(CLIENT_AUTH_METHODS)}, not {client_auth!r}")
    client_id = text("client_id", needed=True)
    settings = Settings(
        issuer=issuer,
        client_id=client_id,
        client_secret=text("client_secret", needed=True),
        scope=scope,
        store=text("store") or re.sub(r"[^A-Za-z0-9._-]", "_", client_id) + ".sqlite3",
        timeout=number("timeout", 5.0, 0.05, 120),
        session_seconds=int(number("session_seconds", 8 * 3600, 60, 366 * 86400)),
        site_url=site_url,
        client_auth=client_auth,
        extra_params=_extra_params(text("extra_params"), problems),
        allow_http=allow_http,
        activity_seconds=int(number("activity_seconds", 120, 0, 86400)),
        resource=text("resource"),
    )
    if not re.fullmatch(r"[!-~]{0,512}", settings.resource) or "#" in settings.resource:
        problems.append(f"sso.resource must be the address or the name of an API, not {settings.resource!r}")
    if problems:
        raise SettingsProblem("\n".join(problems))
    return settings


def _yes_or_no(written: str, problems: list[str]) -> bool:
    if written.lower() not in _YES | _NO:
        problems.append(f"sso.allow_http must be true or false, not {written!r}")
    return written.lower() in _YES


def _extra_params(written: str, problems: list[str]) -> tuple[tuple[str, str], ...]:
    pairs = tuple(parse_qsl(written, keep_blank_values=True))
    for name, value in pairs:
        if name in RESERVED_PARAMETERS:
            problems.append(f"sso.extra_params must not set {name}")
        if name == "max_age" and not re.fullmatch(r"[0-9]{1,9}", value):
            problems.append(f"sso.extra_params: max_age must be whole seconds, not {value!r}")
    if written and not pairs:
        problems.append(f"sso.extra_params must look like name=value&name=value, not {written!r}")
    return pairs
