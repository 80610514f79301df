"""``sso-portal trace``: why something was refused, and what would have passed."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

import click

from sso_portal.base.errors import Refused
from sso_portal.cli.office import Office, as_json, office
from sso_portal.services.traces import Entry


@click.command()
@click.argument("trace_id", metavar="ID")
@as_json
@office
def trace(office: Office, trace_id: str, as_json: bool) -> None:
    """Tell the story of a refusal: the ID stands on the error page, in `trace_id` and in X-Request-Id."""
    with office.portal.transaction() as unit:
        entries = unit.traces.timeline(trace_id.strip().lower())
    if not entries:
        raise Refused(f"Nothing is remembered of the trace {trace_id}: it was no refusal, or too long ago.")
    if as_json:
        click.echo(json.dumps([asdict(entry) for entry in entries], ensure_ascii=False, indent=2))
        return
    for entry in entries:
        _tell(entry)


def _tell(entry: Entry) -> None:
    mark = "✗" if entry.check else "✓"
    moment = f"{datetime.fromtimestamp(entry.at):%Y-%m-%d %H:%M:%S}"
    what = f"{entry.what}: {entry.check}" if entry.check else entry.what
    click.echo(f"{moment}  {mark} {entry.step:<14} {what}")
    for name, value in entry.details.items():
        click.echo(f"{'':>24}{name.replace('_', ' ')}: {_shown(name, value)}")
    if entry.mend:
        click.echo(f"{'':>24}mend: {entry.mend}")


def _shown(name: str, value: Any) -> str:
    if name.endswith("_at") and isinstance(value, int):
        return f"{datetime.fromtimestamp(value):%H:%M:%S}"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
