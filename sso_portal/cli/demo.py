"""``sso-portal demo``: the whole world on this machine, with seeded people, until Ctrl-C."""

from __future__ import annotations

import os
import signal
import socket
import threading
from pathlib import Path

import click

from sso_portal.base.errors import Refused
from sso_portal.base.ids import token
from sso_portal.cli.demo_flows import DemoFlows
from sso_portal.cli.demo_people import PEOPLE, seed
from sso_portal.cli.demo_sites import DemoSite, demo_sites, stop_all
from sso_portal.cli.logs import start_logging
from sso_portal.cli.serve import open_listener, run
from sso_portal.settings import load_settings
from sso_portal.wiring import Portal


@click.command()
@click.option("--host", default="localhost", show_default=True, help="The name under which everything is reached.")
@click.option("--base-port", type=click.IntRange(1, 65_500), default=9000, show_default=True)
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), default=Path("demo-data"), show_default=True)
@click.option("--once-ready-file", type=click.Path(dir_okay=False, path_type=Path), help="Written once all answers.")
def demo(host: str, base_port: int, data: Path, once_ready_file: Path | None) -> None:
    """Portal and sites with seeded people; Ctrl-C stops all of them."""
    start_logging(30)
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    issuer = f"http://{host}:{base_port}"
    settings = load_settings(_write_ini(data, host, base_port, issuer), {})
    portal = Portal(settings)
    sites = demo_sites(host, base_port, data, issuer)
    for site in filter(lambda site: site.is_served, sites):
        # Tried before anything starts: a stranger who listens there would look like the site being ready.
        _listen(site.listen).close()
    listener = _listen(settings.web.listen)
    if not portal.is_migrated():
        portal.upgrade()
    portal.prepare()
    seed(portal, sites)
    failed: list[str] = []
    flows = DemoFlows(issuer)
    try:
        for site in sites:
            site.start(flows)
        threading.Thread(target=_announce, args=(issuer, sites, data, once_ready_file, failed), daemon=True).start()
        run(portal, listener, flows.around)
    finally:
        stop_all(sites)
    if failed:
        raise Refused(f"These did not start: {', '.join(failed)}. Their reasons stand above.")


def _listen(listen: str) -> socket.socket:
    try:
        return open_listener(listen)
    except OSError as error:
        raise Refused(f"{listen} cannot be used: {error.strerror}. Other ports: --base-port 9100") from None


def _announce(issuer: str, sites: list[DemoSite], data: Path, ready_file: Path | None, failed: list[str]) -> None:
    """Wait until everything answers, then say so; stop everything when something does not."""
    failed.extend(site.name for site in sites if not site.wait())
    if failed:
        os.kill(os.getpid(), signal.SIGTERM)
        return
    click.echo(f"\n  portal          门户      {issuer}")
    for site in sites:
        click.echo(f"  {site.name:<15} {site.row.chinese_name}  {site.address or site.command}")
    click.echo("\n  people 用户")
    for person in PEOPLE:
        role = "  (administrator 管理员)" if person.is_administrator else ""
        click.echo(f"    {person.username:<6} / {person.password}{role}")
    click.echo(f"\n  data in {data}; operate it with sso-portal -c {data / 'demo.ini'} … — Ctrl-C stops everything\n")
    if ready_file is not None:
        ready_file.write_text(f"{issuer}\n")


def _write_ini(data: Path, host: str, base_port: int, issuer: str) -> dict[str, str]:
    """The demo's settings, kept in its folder too, so that `sso-portal -c …/demo.ini` works on the running demo."""
    settings = {
        "sso.web.issuer": issuer,
        "sso.web.listen": f"{'127.0.0.1' if host == 'localhost' else host}:{base_port}",
        "sso.web.allow_insecure_issuer": "true",
        "sso.storage.url": f"sqlite:///{(data / 'portal.sqlite3').resolve()}",
        "sso.storage.sqlite_synchronous": "normal",
        "sso.security.secret": _secret(data / "portal-secret"),
        "sso.sign_up.enabled": "true",
        "sso.authorization_details.file": str(Path(__file__).with_name("demo_details.toml")),
        "sso.brand.name": "一号通 One Pass",
    }
    ini = data / "demo.ini"
    ini.touch(mode=0o600)
    lines = [f"{name} = {value}" for name, value in settings.items()]
    ini.write_text("\n".join(["[app:main]", "use = egg:sso-portal", *lines, ""]), encoding="utf-8")
    return settings


def _secret(file: Path) -> str:
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(token(), encoding="ascii")
    return file.read_text(encoding="ascii").strip()
