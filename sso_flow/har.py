"""A HAR file (HTTP Archive 1.2), as browsers write it, turned into a journal: a run in a real browser can be drawn."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from sso_flow.journal import PERSON, Journal


class NoHarFile(ValueError):
    """The text is not what a browser writes."""


def journal_of_har(text: str | bytes) -> Journal:
    """The journal of a HAR file's text, everything in it asked by the person's browser. Raises :class:`NoHarFile`."""
    try:
        entries = sorted(json.loads(text)["log"]["entries"], key=lambda entry: _started(entry).timestamp())
        pages = list(dict.fromkeys(entry.get("pageref") for entry in entries))
        journal = Journal(lambda: 0)
        for entry in entries:
            if urlsplit(entry["request"]["url"]).scheme in {"http", "https"}:
                _add(journal, entry, pages.index(entry.get("pageref")))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        raise NoHarFile(f"this is no HAR file: {type(error).__name__}: {error}") from error
    return journal


def _add(journal: Journal, entry: Mapping[str, Any], tab: int) -> None:
    request, response = entry["request"], entry["response"]
    journal.add(
        at=int(_started(entry).timestamp()),
        actor=PERSON,
        method=str(request["method"]).upper(),
        url=str(request["url"]),
        request_headers=dict(_headers(request["headers"])),
        form=_form(request.get("postData") or {}),
        status=max(int(response["status"]), 0),
        response_headers=_headers(response["headers"]),
        body=_body(response.get("content") or {}),
        seconds=max(float(entry.get("time") or 0), 0.0) / 1000,
        tab=tab,
    )


def _started(entry: Mapping[str, Any]) -> datetime:
    started = datetime.fromisoformat(entry["startedDateTime"])
    return started if started.tzinfo else started.replace(tzinfo=UTC)


def _headers(rows: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Headers, a browser's joined cookies taken apart."""
    pairs = [(str(row["name"]), str(row["value"])) for row in rows]
    return [(name, line) for name, value in pairs for line in (value.split("\n") or [""])]


def _form(posted: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Posted fields: as browsers name them, or read from the text."""
    if posted.get("params"):
        return [(str(row["name"]), str(row.get("value") or "")) for row in posted["params"]]
    if str(posted.get("mimeType", "")).startswith("application/x-www-form-urlencoded"):
        return parse_qsl(str(posted.get("text", "")), keep_blank_values=True)
    return []


def _body(content: Mapping[str, Any]) -> bytes:
    text = str(content.get("text") or "")
    if content.get("encoding") != "base64":
        return text.encode("utf-8", "replace")
    return base64.b64decode(text)
