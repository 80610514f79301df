"""The demo world in one process: portal, project center, talent center."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from demo_sites.project_center.app import make_app as make_project_center
from demo_sites.talent_center.app import make_app as make_talent_center
from sso_flow.journal import Journal
from sso_portal.app import make_app
from sso_testkit.browser import Browser
from sso_testkit.clock import MovableClock, SiteClock
from sso_testkit.compiled_statements import share_compiled_statements
from sso_testkit.counting import Counted, counting
from sso_testkit.effects import Effects
from sso_testkit.faults import Faults
from sso_testkit.here import placed
from sso_testkit.joining import application_of
from sso_testkit.relying_party import RelyingParty
from sso_testkit.site import KIT_PATHS, Site, metadata_of, secret_of, settings_of
from sso_testkit.story import story_of
from sso_testkit.world import Application, World

PORTAL = "https://portal.example.test"
PROJECT_CENTER = "https://project.example.test"
TALENT_CENTER = "https://talent.example.test"

DEMO_PASSWORDS = {"zp": "penadmin", "lin": "lin-demo-password", "admin": "admin-demo-password"}
"""What the people of the demo type; everybody may know it."""

_DEMO: tuple[tuple[str, str, str, Any], ...] = (
    ("Project Center", "项目中心", PROJECT_CENTER, make_project_center),
    ("Talent Center", "人才中心", TALENT_CENTER, make_talent_center),
)


class SingleSignOn:
    """A portal with two sites, people on demand, and a clock.

    ``portal`` is the portal's wiring, ``sites`` holds the sites by client_id; ``clock``, ``world``, ``faults`` and
    ``effects`` are the time, the hosts, what can go wrong, and what has happened.
    """

    def __init__(self, folder: Path, *, storage_url: str = "", settings: dict[str, str] | None = None) -> None:
        """A world whose files lie in ``folder``; it goes on from what is there already, so a prepared folder can be
        copied for each test. ``settings`` are added to the portal's."""
        self.clock = MovableClock()
        self.world = World(self.clock)
        self.world.portal_host = urlsplit(PORTAL).netloc
        self.faults = Faults(self)
        self.effects = Effects(self)
        self._site_clocks: dict[str, SiteClock] = {}
        self.sites: dict[str, Site] = {}
        self._other_servers: list[Any] = []
        self._folder = folder
        self._passwords = dict(DEMO_PASSWORDS)
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
        share_compiled_statements(self.portal.database.engine)
        for name, chinese, address, factory in _DEMO:
            client = {
                "client_id": name.lower().replace(" ", "-"),
                "client_name": name,
                "client_name#zh-CN": chinese,
                "redirect_uris": ["/sso/callback"],
                **KIT_PATHS,
            }
            self.add_site(address, factory, client=client)

    def start_portal(self, *, sockets: bool = False) -> None:
        """Start the portal, or start it again over the same database, as a restarted server would. With ``sockets`` its
        own fetches leave this process, as in production: for a test that has real servers to be called."""
        network = None if sockets else self.world
        self.portal_app = make_app(self._portal_settings, clock=self.clock, network=network)
        self.portal: Any = self.portal_app.registry.portal
        self.world.add(PORTAL, _outside(self.portal_app) if sockets else self.portal_app)

    def another_server(self) -> Any:
        """A further server of the same portal over the same database, as behind a load balancer: its application, whose
        ``registry.portal`` is its wiring. It has no address in the world, and ends with it."""
        app = make_app(self._portal_settings, clock=self.clock, network=self.world)
        self._other_servers.append(app)
        return app

    def add_person(self, username: str, password: str = "a good password", **fields: Any) -> None:  # noqa: S107
        """Somebody who can sign in."""
        fields.setdefault("email", f"{username}@example.test")
        self._passwords[username] = password
        with self.portal.transaction() as unit:
            unit.users.add(username, password=password, **fields)

    def add_client(self, client_id: str, secret: str = "", **metadata: Any) -> str | None:
        """Register a client; answers its secret. Raises :class:`sso_testkit.refusals.Refused`."""
        metadata.setdefault("client_name", client_id)
        with self.portal.transaction() as unit:
            _, plain = unit.clients.add(metadata, client_id=client_id, secret=secret)
        return str(plain) if plain is not None else None

    def edit_client(self, client_id: str, **changes: Any) -> None:
        """Change a client's metadata. Raises :class:`sso_testkit.refusals.Refused`."""
        with self.portal.transaction() as unit:
            unit.clients.edit(client_id, changes)

    def add_site(
        self,
        address: str,
        site: Any,
        *,
        client: Mapping[str, Any] | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> Site:
        """Let a relying site join: register it with the portal and put it at ``address``.

        ``site`` is a WSGI application, or a factory that is called with the site's settings when somebody first comes.
        ``client`` is metadata that differs from what suits most sites (``redirect_uris``, ``consent``, …); a client
        that is registered already stays as it is. ``settings`` are added to those that the factory is given.
        """
        given, address = dict(client or {}), address.rstrip("/")
        client_id = str(given.get("client_id") or self._name_for(address))
        known = self._registration(client_id) or self._register(client_id, metadata_of(address, given))
        secret = secret_of(client_id, known)
        store = str(self._folder / f"{client_id}.sqlite3")
        told = settings_of(PORTAL, client_id, secret, list(known.get("redirect_uris", [])), store) | dict(
            settings or {}
        )
        clock = self._site_clocks[client_id] = SiteClock(self.clock)
        http = partial(self.world.http, urlsplit(address).netloc)
        self.world.add(address, application_of(site, told, http=http, clock=clock))
        joined = self.sites[client_id] = Site(client_id, secret, address, told)
        return joined

    def relying_party(self, client_id: str = "rp", **metadata: Any) -> RelyingParty:
        """A relying party without a site of its own, silent and with a secret unless ``metadata`` says otherwise: the
        test makes its requests one by one."""
        return RelyingParty.register(self, client_id, **metadata)

    def _register(self, client_id: str, metadata: Mapping[str, Any]) -> Mapping[str, Any]:
        self.add_client(client_id, secret_of(client_id, metadata), **metadata)
        return metadata

    def _registration(self, client_id: str) -> Mapping[str, Any] | None:
        """What the portal knows of a client. Raises :class:`ValueError` if the kit has not made its secret."""
        with self.portal.transaction() as unit:
            client = unit.clients.find(client_id)
            if client is None:
                return None
            secret = secret_of(client_id, client.metadata)
            if secret and not unit.clients.secret_matches(client, secret):
                raise ValueError(f"{client_id!r} is registered with another secret; let add_site register it")
            return dict(client.metadata)

    def _name_for(self, address: str) -> str:
        """The first part of the host's name, or all of it if another site has that."""
        netloc = urlsplit(address).netloc
        short = netloc.partition(".")[0].replace(":", "-")
        taken = short in self.sites and self.sites[short].address != address
        return netloc.replace(":", "-") if taken else short

    def clock_of(self, client_id: str) -> SiteClock:
        """What a site takes for the time. Raises :class:`LookupError` for a client that is no site of this world."""
        if client_id not in self._site_clocks:
            raise LookupError(f"no site {client_id!r} has a clock; there are: {', '.join(sorted(self._site_clocks))}")
        return self._site_clocks[client_id]

    def tick(self) -> None:
        """Let the portal do what its courier and its caretaker would have done by now: end sessions whose time is over,
        tell sites what they have missed, delete what nobody needs, and see to the keys."""
        with self.world.entered(self.world.portal_host):
            while self.portal.end_expired_sessions():
                pass
            while self.portal.backchannel_logout.tell_due():
                pass
            self.portal.sweep()

    @property
    def journal(self) -> Journal:
        """What has gone over the wire."""
        return self.world.journal

    def counting(self) -> AbstractContextManager[Counted]:
        """``with sso.counting() as counted: …``: ``counted.statements`` and ``counted.commits`` are what the portal has
        sent to its database inside the block."""
        return counting(self.portal.database)

    def browser(self, language: str = "en") -> Browser:
        """A browser that has never been anywhere."""
        return Browser(
            self.world,
            language=language,
            clock=self.clock,
            journal=self.world.journal,
            portal=PORTAL,
            passwords=self._passwords,
            story=lambda: story_of(self.world.journal, self.portal),
        )

    def close(self) -> None:
        """Give the database back."""
        for app in (self.portal_app, *self._other_servers):
            app.registry.portal.close()


def _outside(application: Application) -> Application:
    """The same application in no world: what it asks while it is served goes where its name says."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        with placed(None):
            return application(environ, start_response)

    return answer
