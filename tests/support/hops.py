"""Journals made by hand, for tests of what is told of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sso_testkit.journal import PERSON, Journal

SITE, PORTAL = "https://shop.test", "https://portal.test"
HTML, JSON = ("Content-Type", "text/html; charset=utf-8"), ("Content-Type", "application/json")


def journal_of(*hops: dict[str, Any]) -> Journal:
    """A journal with these hops, in the order in which they were begun."""
    journal = Journal(lambda: 1_800_000_000)
    for hop in hops:
        journal.add(**hop)
    return journal


def asked(url: str, location: str = "", *, headers: Iterable[tuple[str, str]] = (HTML,), **more: Any) -> dict[str, Any]:
    """One hop: a page that the person got, or with ``location`` a redirect."""
    hop: dict[str, Any] = {"actor": PERSON, "method": "GET", "url": url, "request_headers": {}, "status": 200}
    answered = [*headers, *([("Location", location)] if location else [])]
    return hop | ({"status": 303} if location else {}) | {"response_headers": answered} | more


def called(actor: str, url: str, **more: Any) -> dict[str, Any]:
    """One call from server to server, answered with JSON."""
    return asked(url, **{"actor": actor, "method": "POST", "headers": (JSON,), "body": b"{}", **more})
