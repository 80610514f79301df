"""A load that goes on: over each connection a site is entered, exchanges, refreshes and asks, again and again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any

from benchmarks.known import VERIFIER
from benchmarks.operations.operation import get, post
from benchmarks.provider import Provider
from benchmarks.wire import Answer, Wire


@dataclass
class Visits:
    """``requests`` that were answered rightly, and what became of the others."""

    requests: int = 0
    failed: list[str] = field(default_factory=list)


async def visit(provider: Provider, connections: int, go_on: Callable[[], bool], visits: Visits) -> None:
    """Keep so many connections busy as long as ``go_on`` says so."""
    await asyncio.gather(*(_visit(provider, go_on, visits) for _ in range(connections)))


async def _visit(provider: Provider, go_on: Callable[[], bool], visits: Visits) -> None:
    wire = Wire(provider.port)
    steps = steps_of(provider)
    request = next(steps)
    while go_on():
        try:
            answer = await wire.ask(request)
            request = steps.send(answer)
            visits.requests += 1
        except (OSError, TimeoutError, ValueError, KeyError, asyncio.IncompleteReadError) as error:
            visits.failed.append(f"{type(error).__name__}: {error}")
            wire.close()
            # Whoever was refused once does not come back in the same moment.
            await asyncio.sleep(0.05)
            steps = steps_of(provider)
            request = next(steps)
    wire.close()


def steps_of(provider: Provider) -> Generator[bytes, Answer, None]:
    """What a site asks, given the answers. Raises :class:`ValueError` or :class:`KeyError` at a wrong one."""
    while True:
        entered = yield get(provider.host, provider.authorization_request(), f"Cookie: {provider.cookie}")
        code = provider.code_in(entered.header(b"location"))
        if not code:
            raise ValueError(f"{entered.status}: no code")
        exchange = {"grant_type": "authorization_code", "code": code, "redirect_uri": provider.callback}
        tokens = _told_by((yield _ask_token(provider, code_verifier=VERIFIER, **exchange)))
        refresh = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
        tokens = _told_by((yield _ask_token(provider, **refresh)))
        bearer = f"Authorization: Bearer {tokens['access_token']}"
        if not _told_by((yield get(provider.host, provider.userinfo, bearer)))["sub"]:
            raise ValueError("userinfo of nobody")
        about = {"token": tokens["access_token"]}
        known = _told_by((yield post(provider.host, provider.introspect, about, provider.authorization)))
        if known["active"] is not True:
            raise ValueError("a new token is not active")


def _ask_token(provider: Provider, **fields: str) -> bytes:
    return post(provider.host, provider.token, fields, provider.authorization)


def _told_by(answer: Answer) -> dict[str, Any]:
    told = json.loads(answer.body) if answer.status == 200 else None  # noqa: PLR2004
    if not isinstance(told, dict):
        raise ValueError(f"{answer.status}: {answer.body[:200]!r}")
    return told
