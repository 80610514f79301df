"""The facts of a request and of its answer: parameters, credentials and cookies, each with its meaning."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

from sso_flow.journal import Hop
from sso_flow.meanings import Meaning, meaning_of
from sso_flow.values import shown, shown_cookie, shown_credentials, shown_name

_STATEMENTS = ("id_token", "logout_token")
_PARTS_OF_A_SIGNED_TOKEN = 3
_MOST = 30


@dataclass(frozen=True)
class Fact:
    """One parameter as it may be shown. ``inside`` names the token that says it; ``means`` is what its meaning is found
    by, when not its name."""

    name: str
    value: str
    inside: str = ""
    means: str = ""

    @property
    def meaning(self) -> Meaning | None:
        """What it means, if anybody has specified it."""
        return meaning_of(self.means or self.name)


def header_of(headers: Mapping[str, str] | Iterable[tuple[str, str]], wanted: str) -> str:
    """The first header of a name, however it is spelled, or an empty text."""
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    return next((value for name, value in pairs if name.lower() == wanted.lower()), "")


def address_fields(url: str) -> list[tuple[str, str]]:
    """The parameters in an address, those of its fragment too."""
    parts = urlsplit(url)
    return [pair for part in (parts.query, parts.fragment) for pair in parse_qsl(part, keep_blank_values=True)]


def asked_fields(hop: Hop) -> dict[str, str]:
    """What a request brings, to tell what it is for; the first of each name."""
    fields = dict(reversed([*address_fields(hop.url), *hop.form]))
    credentials = header_of(hop.request_headers, "Authorization")
    return fields | ({"Authorization": credentials} if credentials else {})


def target_of(hop: Hop) -> str:
    """Where an answer sends the browser, or an empty text."""
    location = header_of(hop.response_headers, "Location")
    try:
        return urljoin(hop.url, location) if location and 300 <= hop.status < 400 else ""
    except ValueError:
        return ""


def address_facts(url: str) -> tuple[Fact, ...]:
    """The facts in an address."""
    return _facts(address_fields(url))


def request_facts(hop: Hop) -> tuple[Fact, ...]:
    """What a request brings beside its address: posted fields and credentials."""
    found = list(_facts(hop.form))
    credentials = header_of(hop.request_headers, "Authorization")
    if credentials:
        scheme = credentials.partition(" ")[0].lower()
        means = "Authorization Basic" if scheme == "basic" else ""
        found.append(Fact("Authorization", shown_credentials(credentials), means=means))
    proof = header_of(hop.request_headers, "DPoP")
    return (*found, *(_facts([("DPoP", proof)]) if proof else ()))


def answer_facts(hop: Hop) -> tuple[Fact, ...]:
    """What an answer brings: cookies, and the members of JSON that have a meaning here."""
    cookies = [Fact("Set-Cookie", shown_cookie(value)) for name, value in hop.response_headers if _sets_cookie(name)]
    members = [(name, _text(value)) for name, value in _members(hop).items() if meaning_of(name) is not None]
    return tuple([*_facts(members), *cookies][:_MOST])


def _sets_cookie(name: str) -> bool:
    return name.lower() == "set-cookie"


def _facts(pairs: Iterable[tuple[str, str]]) -> tuple[Fact, ...]:
    found: list[Fact] = []
    for name, value in list(pairs)[:_MOST]:
        found.append(Fact(shown_name(name), shown(name, value)))
        if name in _STATEMENTS:
            found += [Fact(claim, shown(claim, said), name) for claim, said in claims_of(value).items()]
    return tuple(found)


def claims_of(token: str) -> dict[str, str]:
    """What a signed token says, as far as it has a meaning here; unverified: it is only shown."""
    parts = token.split(".")
    if len(parts) != _PARTS_OF_A_SIGNED_TOKEN:
        return {}
    try:
        said = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, RecursionError):
        return {}
    if not isinstance(said, dict):
        return {}
    return {name: _text(value) for name, value in said.items() if meaning_of(name) is not None}


def _members(hop: Hop) -> dict[str, Any]:
    if "json" not in header_of(hop.response_headers, "Content-Type"):
        return {}
    try:
        read = json.loads(hop.body)
    except (ValueError, RecursionError):
        return {}
    return read if isinstance(read, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
