"""Checks over all settings together; each yields plain sentences, nothing is raised here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sso_portal.base.named_networks import network_problems
from sso_portal.base.urls import host_and_port, is_loopback_host
from sso_portal.settings.areas import Settings

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_MINIMUM_SECRET = 32
_MINIMUM_CONTRAST = 4.5
_MMDB_MARKER = b"\xab\xcd\xefMaxMind.com"
_MMDB_TAIL = 131_072
_LIGHT, _DARK = "#ffffff", "#14171c"


def check_settings(settings: Settings) -> Iterator[str]:
    """Every problem of a complete set of settings."""
    yield from _issuer(settings)
    yield from _numbers(settings)
    yield from _keys(settings)
    yield from _registration(settings)
    yield from _fetch(settings)
    yield from _mutual_tls(settings)
    for problem in settings.authorization_details.loaded.problems:
        yield f"sso.authorization_details.file: {problem}"
    yield from _brand(settings)
    yield from _places(settings)
    if len(settings.security.secret) < _MINIMUM_SECRET:
        yield f"sso.security.secret: needs at least {_MINIMUM_SECRET} characters"
    if settings.storage.sqlite_synchronous.lower() not in {"off", "normal", "full", "extra"}:
        yield "sso.storage.sqlite_synchronous: is one of off, normal, full, extra"
    if not settings.storage.url.startswith(("sqlite:", "postgresql+psycopg:")):
        yield "sso.storage.url: starts with sqlite: or postgresql+psycopg:"
    host, separator, port = settings.web.listen.rpartition(":")
    if not (host and separator and port.isdigit()):
        yield "sso.web.listen: is an address and a port, e.g. 127.0.0.1:9000"


def _issuer(settings: Settings) -> Iterator[str]:
    parts = urlsplit(settings.web.issuer)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        yield "sso.web.issuer: is a full address such as https://sso.example.com"
        return
    if parts.query or parts.fragment or parts.path.rstrip("/") or settings.web.issuer.endswith("/"):
        yield "sso.web.issuer: has scheme, host and port only, without a slash at the end"
    insecure = parts.scheme == "http" and not is_loopback_host(parts.hostname)
    if insecure and not settings.web.allow_insecure_issuer:
        yield "sso.web.issuer: must be https:// (http:// is for this machine only)"


def _numbers(settings: Settings) -> Iterator[str]:
    for area in ("session", "tokens", "dpop", "keys", "traces", "audit", "sign_in", "sign_up"):
        for field, value in vars(getattr(settings, area)).items():
            least = 0 if field == "refresh_grace_seconds" else 1
            if not isinstance(value, bool) and value < least:
                yield f"sso.{area}.{field}: must be {least} or more"
    if not 0 <= settings.consent.offer_days <= 3_650:  # noqa: PLR2004 - ten years; whoever wants longer removes nothing
        yield "sso.consent.offer_days: is 0 to 3650"
    if not 1 <= settings.security.hashing_at_once <= 64:  # noqa: PLR2004 - each takes the memory of a hash
        yield "sso.security.hashing_at_once: is 1 to 64"
    if not 0 <= settings.security.hashing_waiting <= 1_000:  # noqa: PLR2004 - each takes a thread
        yield "sso.security.hashing_waiting: is 0 to 1000"
    if not 1 <= settings.web.stop_seconds <= 600:  # noqa: PLR2004 - whoever waits longer has given up
        yield "sso.web.stop_seconds: is 1 to 600"
    if settings.web.threads < 1:
        yield "sso.web.threads: must be 1 or more"
    if settings.tokens.code_seconds > 600:  # noqa: PLR2004 - RFC 6749, section 4.1.2 recommends ten minutes at most
        yield "sso.tokens.code_seconds: is 600 at most"
    if settings.tokens.refresh_grace_seconds > 60:  # noqa: PLR2004 - longer, and a stolen token could hide behind it
        yield "sso.tokens.refresh_grace_seconds: is 60 at most"
    if not 0 <= settings.sign_out.wait_seconds <= 10:  # noqa: PLR2004 - a person waits for it
        yield "sso.sign_out.wait_seconds: is 0 to 10"
    if settings.tokens.device_poll_seconds >= settings.tokens.device_code_seconds:
        yield "sso.tokens.device_poll_seconds: must be less than device_code_seconds"
    for kind in ("account", "address"):
        if getattr(settings.sign_in, f"{kind}_free_failures") >= getattr(settings.sign_in, f"{kind}_lock_failures"):
            yield f"sso.sign_in.{kind}_free_failures: must be less than {kind}_lock_failures"
    if settings.sign_up.address_free_tries >= settings.sign_up.address_lock_tries:
        yield "sso.sign_up.address_free_tries: must be less than address_lock_tries"


def _registration(settings: Settings) -> Iterator[str]:
    registration = settings.registration
    if registration.mode not in {"off", "token", "open"}:
        yield "sso.registration.mode: is one of off, token, open"
    if registration.mode == "token" and len(registration.initial_access_token) < _MINIMUM_SECRET:
        yield f"sso.registration.initial_access_token: needs at least {_MINIMUM_SECRET} characters with mode=token"
    for field in ("address_free_tries", "address_lock_tries", "lock_seconds", "forget_seconds"):
        if getattr(registration, field) < 1:
            yield f"sso.registration.{field}: must be 1 or more"
    if registration.address_free_tries >= registration.address_lock_tries:
        yield "sso.registration.address_free_tries: must be less than address_lock_tries"


def _keys(settings: Settings) -> Iterator[str]:
    keys, tokens = settings.keys, settings.tokens
    if keys.publish_ahead_seconds >= keys.rotate_seconds:
        yield "sso.keys.publish_ahead_seconds: must be less than rotate_seconds"
    if keys.keep_seconds < max(tokens.access_seconds, tokens.id_token_seconds, tokens.jwt_access_seconds):
        yield "sso.keys.keep_seconds: must be as long as tokens.access_seconds and tokens.id_token_seconds, or longer"


def _fetch(settings: Settings) -> Iterator[str]:
    if settings.fetch.timeout_seconds < 1:
        yield "sso.fetch.timeout_seconds: must be 1 or more"
    for host in settings.fetch.allowed_hosts:
        if host_and_port(host) is None:
            yield f"sso.fetch.allowed_hosts: {host} is not host or host:port"


def _mutual_tls(settings: Settings) -> Iterator[str]:
    chosen = vars(settings.mutual_tls)
    for field, name in chosen.items():
        if name and not _HEADER.fullmatch(name):
            yield f"sso.mutual_tls.{field}: is the name of a header, of letters, digits and hyphens"
    if settings.mutual_tls.header and not settings.web.trusted_proxies:
        yield "sso.mutual_tls.header: needs sso.web.trusted_proxies; nobody else may hand on certificates"
    if settings.mutual_tls.verified_header and not settings.mutual_tls.header:
        yield "sso.mutual_tls.verified_header: needs sso.mutual_tls.header"


def _brand(settings: Settings) -> Iterator[str]:
    for field, ground in (("accent", _LIGHT), ("accent_dark", _DARK)):
        colour = getattr(settings.brand, field)
        if not _COLOUR.fullmatch(colour):
            yield f"sso.brand.{field}: is a colour such as #1f5fbf"
        elif (ratio := contrast(colour, ground)) < _MINIMUM_CONTRAST:
            needed = f"{_MINIMUM_CONTRAST}:1 is needed to be read"
            yield f"sso.brand.{field}: contrasts only {ratio:.1f}:1 with {ground}; {needed}"
    try:
        ZoneInfo(settings.brand.time_zone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        yield "sso.brand.time_zone: is a name such as Asia/Shanghai"


def _places(settings: Settings) -> Iterator[str]:
    for problem in network_problems(settings.places.networks):
        yield f"sso.places.networks: {problem}"
    database = settings.places.database
    try:
        is_one = not database or _has_marker(Path(database))
    except (OSError, ValueError) as error:
        yield f"sso.places.database: {database}: cannot be read: {error}"
    else:
        if not is_one:
            yield f"sso.places.database: {database}: is not a database in MaxMind's MMDB format"


def _has_marker(file: Path) -> bool:
    """Whether a file ends with the metadata of MMDB: the marker stands in its last 128 KiB."""
    with file.open("rb") as stream:
        stream.seek(max(0, file.stat().st_size - _MMDB_TAIL))
        return _MMDB_MARKER in stream.read()


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two ``#rrggbb`` colours, from 1 to 21 (WCAG 2.2, relative luminance)."""
    bright, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
