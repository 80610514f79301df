"""The demo world in one process: portal, project center, talent center."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Lock
from typing import Any

from demo_sites.project_center.app import make_app as make_project_center
from demo_sites.talent_center.app import make_app as make_talent_center
from sso_portal.app import make_app
from sso_testkit.browser import Browser
from sso_testkit.clock import MovableClock
from sso_testkit.world import Application, World

PORTAL = "https://portal.example.test"
PROJECT_CENTER = "https://project.example.test"
TALENT_CENTER = "https://talent.example.test"


class _BuiltOnFirstVisit:
    """A site that a test never visits costs nothing."""

    def __init__(self, build: Callable[[], Application]) -> None:
        self._build = build
        self._lock = Lock()
        self._application: Application | None = None

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        with self._lock:
            if self._application is None:
                self._application = self._build()
        return self._application(environ, start_response)


class SingleSignOn:
    """A portal with two sites, people on demand, and a clock. ``portal`` is the portal's wiring."""

    def __init__(self, folder: Path, *, storage_url: str = "", settings: dict[str, str] | None = None) -> None:
        """A world whose files lie in ``folder``; it goes on from what is there already, so a prepared folder can be
        copied for each test. ``settings`` are added to the portal's."""
        self.clock = MovableClock()
        self.world = World()
        self._folder = folder
        self._portal_settings = {
            "sso.web.issuer": PORTAL,
            "sso.storage.url": storage_url or f"sqlite:///{folder / 'portal.sqlite3'}",
            "sso.storage.sqlite_synchronous": "off",
            "sso.security.secret": "a secret for the in-process world only",
            "sso.security.argon2_time_cost": "1",
            "sso.security.argon2_memory_kib": "64",
            **(settings or {}),
        }
        self.start_portal()
        if not self.portal.is_migrated():
            self.portal.upgrade()
            self.portal.prepare()
        self.add_site("project-center", PROJECT_CENTER, make_project_center, name="Project Center", chinese="项目中心")
        self.add_site("talent-center", TALENT_CENTER, make_talent_center, name="Talent Center", chinese="人才中心")

    def start_portal(self) -> None:
        """Start the portal, or start it again over the same database, as a restarted server would."""
        self.portal_app = make_app(self._portal_settings, clock=self.clock, network=self.world)
        self.portal: Any = self.portal_app.registry.portal
        self.world.add(PORTAL, self.portal_app)

    def add_person(self, username: str, password: str = "a good password", **fields: Any) -> None:  # noqa: S107
        """Somebody who can sign in."""
        fields.setdefault("email", f"{username}@example.test")
        with self.portal.transaction() as unit:
            unit.users.add(username, password=password, **fields)

    def add_client(self, client_id: str, secret: str = "", **metadata: Any) -> str | None:
        """Register a client; answers its secret."""
        metadata.setdefault("client_name", client_id)
        with self.portal.transaction() as unit:
            _, plain = unit.clients.add(metadata, client_id=client_id, secret=secret)
        return str(plain) if plain is not None else None

    def edit_client(self, client_id: str, **changes: Any) -> None:
        """Change a client's metadata."""
        with self.portal.transaction() as unit:
            unit.clients.edit(client_id, changes)

    def add_site(self, client_id: str, address: str, make_site: Any, *, name: str, chinese: str = "") -> None:
        """Register a site with the portal, build it with its settings and put it at its address."""
        secret = f"the secret of {client_id} in this world"
        with self.portal.transaction() as unit:
            known = unit.clients.find(client_id) is not None
        if not known:
            self.add_client(
                client_id,
                secret,
                client_name=name,
                **{"client_name#zh-CN": chinese},
                client_uri=f"{address}/",
                redirect_uris=[f"{address}/sso/callback"],
                initiate_login_uri=f"{address}/sso/sign-in",
                post_logout_redirect_uris=[f"{address}/"],
                backchannel_logout_uri=f"{address}/sso/backchannel-logout",
                consent="silent",
                first_party=True,
            )
        settings = {
            "sso.issuer": PORTAL,
            "sso.client_id": client_id,
            "sso.client_secret": secret,
            "sso.scope": "openid profile email",
            "sso.store": str(self._folder / f"{client_id}.sqlite3"),
        }
        self.world.add(address, _BuiltOnFirstVisit(lambda: make_site(settings, http=self.world.http, clock=self.clock)))

    def browser(self, language: str = "en") -> Browser:
        """A browser that has never been anywhere."""
        return Browser(self.world, language=language)

    def close(self) -> None:
        """Give the database back."""
        self.portal.close()
