"""The story of a sign-in, told step by step so that a site can show it. Secrets appear only as their length."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests

from sso_client.attempt import Attempt
from sso_client.tokens import Tokens

SECRET_PARAMETERS = frozenset({"state", "nonce", "code_challenge", "code"})
CHECKS = ("signature", "iss", "aud", "azp", "exp", "iat", "nonce", "at_hash")
_PROTOCOL_CLAIMS = frozenset({*CHECKS, "nbf", "c_hash", "s_hash", "auth_time", "acr", "amr", "sid", "jti"})

Fact = tuple[str, str]
"""A label (an English msgid, or a parameter's own name) and a value."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a sign-in, or a call that came after it.

    `kind` is one of redirect, returned, exchange, checks, claims, call and does not change.

    title and the labels of facts are English msgids which a site may translate.
    """

    kind: str
    title: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """A whole sign-in.

    seconds: from the redirect to the return.   silent: the person was signed in at the portal already, so that it did
    not ask for a password; None when the portal's answer does not tell.
    """

    steps: tuple[Step, ...] = ()
    seconds: int = 0
    silent: bool | None = None

    def to_json(self) -> str:
        """Return the story as text for the store."""
        steps = [[step.kind, step.title, step.facts] for step in self.steps]
        return json.dumps({"steps": steps, "seconds": self.seconds, "silent": self.silent})

    @classmethod
    def from_json(cls, text: str) -> Story:
        """Return the story that `to_json` wrote."""
        kept = json.loads(text)
        steps = tuple(
            Step(kind, title, tuple((label, value) for label, value in facts)) for kind, title, facts in kept["steps"]
        )
        return cls(steps, kept["seconds"], kept["silent"])


def length_of(secret: str) -> str:
    """Return how a secret is shown: "43 characters"."""
    return f"{len(secret)} characters"


def shown_length(value: str) -> int | None:
    """Return 43 for "43 characters" and None for any other value, so that a site can say it in another language."""
    match = re.fullmatch(r"([0-9]+) characters", value)
    return None if match is None else int(match[1])


def tell(
    redirect: str,
    attempt: Attempt,
    answer: Mapping[str, str],
    token_endpoint: str,
    tokens: Tokens,
    claims: Mapping[str, Any],
    now: int,
) -> Story:
    """Tell a finished sign-in. `redirect`: the authorization endpoint's address with its query."""
    seconds = max(0, now - attempt.started)
    auth_time = claims.get("auth_time")
    silent = None if isinstance(auth_time, bool) or not isinstance(auth_time, int) else auth_time < attempt.started
    steps = (
        Step("redirect", "Your browser was sent to the portal", _redirect_facts(redirect)),
        Step(
            "returned",
            "The portal sent you back",
            (*_parameters(answer.items()), ("Seconds at the portal", str(seconds))),
        ),
        Step("exchange", "Our server exchanged the code for tokens", _exchange_facts(token_endpoint, attempt, tokens)),
        Step("checks", "Our server checked the id_token", tuple((name, "passed") for name in _checks_done(claims))),
        Step("claims", "The portal told us who you are", _claim_facts(claims)),
    )
    return Story(steps, seconds, silent)


def tell_call(answer: requests.Response) -> Step:
    """Tell a call that a session of `request.sso.api()` has made: where to, with which key, what was answered."""
    asked = answer.request
    token = str(asked.headers.get("Authorization", "")).partition(" ")[2]
    address = (asked.url or "").partition("?")[0]
    facts = (("Address", address), ("access_token", length_of(token)), ("Status", str(answer.status_code)))
    return Step("call", "Our server called an API for you", facts)


def _redirect_facts(redirect: str) -> tuple[Fact, ...]:
    parts = urlsplit(redirect)
    address = f"{parts.scheme}://{parts.netloc}{parts.path}"
    return (("Address", address), *_parameters(parse_qsl(parts.query)))


def _parameters(pairs: Any) -> tuple[Fact, ...]:
    return tuple((name, length_of(value) if name in SECRET_PARAMETERS else value) for name, value in pairs)


def _exchange_facts(token_endpoint: str, attempt: Attempt, tokens: Tokens) -> tuple[Fact, ...]:
    facts = [
        ("Address", token_endpoint),
        ("grant_type", "authorization_code"),
        ("code_verifier", length_of(attempt.verifier)),
        ("access_token", length_of(tokens.access_token)),
        ("id_token", length_of(tokens.id_token)),
    ]
    if tokens.refresh_token:
        facts.append(("refresh_token", length_of(tokens.refresh_token)))
    return (*facts, ("scope", tokens.scope))


def _checks_done(claims: Mapping[str, Any]) -> Sequence[str]:
    return [name for name in CHECKS if name in claims or name == "signature"]


def _claim_facts(claims: Mapping[str, Any]) -> tuple[Fact, ...]:
    return tuple(
        (name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
        for name, value in claims.items()
        if name not in _PROTOCOL_CLAIMS
    )
