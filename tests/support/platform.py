"""The whole platform in a world: the three APIs beside the sites, registered as the demo registers them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import webtest

from demo_sites.open_api.app import make_app as make_open_api
from demo_sites.partner_site.app import make_app as make_partner_site
from demo_sites.project_api.app import make_app as make_project_api
from demo_sites.project_center.app import make_app as make_project_center
from demo_sites.single_page.app import make_app as make_single_page
from demo_sites.talent_center.app import make_app as make_talent_center
from demo_sites.user_api.app import make_app as make_user_api
from sso_portal.cli.demo_sites import DemoSite
from sso_portal.cli.demo_table import API, ROWS
from sso_testkit import SingleSignOn
from sso_testkit.sso import DEMO_PASSWORDS, PORTAL, PROJECT_CENTER, TALENT_CENTER

USER_API = "https://user-api.example.test"
PROJECT_API = "https://project-api.example.test"
OPEN_API = "https://open-api.example.test"
PARTNER_SITE = "https://partner.example.test"
SINGLE_PAGE = "https://single-page.example.test"

FACTORIES: Mapping[str, tuple[str, Any]] = {
    "user_api": (USER_API, make_user_api),
    "project_api": (PROJECT_API, make_project_api),
    "open_api": (OPEN_API, make_open_api),
    "project-center": (PROJECT_CENTER, make_project_center),
    "talent-center": (TALENT_CENTER, make_talent_center),
    "partner-site": (PARTNER_SITE, make_partner_site),
    "single-page": (SINGLE_PAGE, make_single_page),
}


@dataclass
class Platform:
    """A world with APIs in it."""

    sso: SingleSignOn

    def call(self, address: str, method: str = "GET", *, token: str = "", body: Any = None, **headers: str) -> Any:
        """Call an API as a client does; ``body`` is sent as JSON. Headers are named with ``_`` for ``-``."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if token:
            sent["Authorization"] = f"Bearer {token}"
        http = webtest.TestApp(self.sso.world)
        if body is not None:
            return getattr(http, f"{method.lower()}_json")(address, body, headers=sent, status="*")
        return http.request(address, method=method, headers=sent, status="*")

    def token(self, username: str, resource: str = "", scope: str = "", client_id: str = "tester") -> str:
        """An access token of a person for an API, by the password grant."""
        form = {"grant_type": "password", "username": username, "password": DEMO_PASSWORDS[username]}
        return self.token_for({**form, "client_id": client_id}, resource, scope)

    def own_token(self, resource: str, scope: str) -> str:
        """An access token that speaks for a client, and for no person."""
        form = {"grant_type": "client_credentials", "client_id": "machine", "client_secret": "m" * 32}
        return self.token_for(form, resource, scope)

    def token_for(self, form: dict[str, str], resource: str, scope: str) -> str:
        """The access token that the token endpoint answers to a form."""
        more = {name: value for name, value in {"resource": resource, "scope": scope}.items() if value}
        answer = webtest.TestApp(self.sso.world).post(f"{PORTAL}/o/token/", {**form, **more})
        return str(answer.json["access_token"])


def add_platform(sso: SingleSignOn, **settings: Mapping[str, str]) -> Platform:
    """Add the three APIs and let the two sites call them. ``settings``: more of them, by client_id with ``_`` for
    ``-``. Each is built when somebody first comes."""
    places = {client_id: address for client_id, (address, _) in FACTORIES.items()}
    for row in ROWS:
        site = DemoSite(row, {**places, "portal": PORTAL}, Path(), "", "")
        if row.client_id in FACTORIES:
            address, factory = FACTORIES[row.client_id]
            told = {name: value for name, value in site.settings().items() if name not in _OF_THE_WORLD}
            told |= {"demo.database": ":memory:"} if row.kind == API else {}
            told |= settings.get(row.client_id.replace("-", "_"), {})
            if row.client_id in sso.sites:
                sso.edit_client(row.client_id, scope=row.metadata["scope"])
            sso.add_site(address, factory, client={**site.metadata(), "client_id": row.client_id}, settings=told)
        elif row.client_id == "mobile-app":
            sso.add_client(row.client_id, **site.metadata())
    _add_testers(sso)
    return Platform(sso)


def _add_testers(sso: SingleSignOn) -> None:
    """A client of people's that may ask for everything, and one that speaks for itself."""
    scopes = " ".join(row.metadata["resource_scopes"] for row in ROWS if row.kind == API)
    shared = {"redirect_uris": [], "response_types": [], "scope": f"openid {scopes}"}
    sso.add_client("tester", grant_types=["password"], token_endpoint_auth_method="none", **shared)
    secret_method = "client_secret_post"
    sso.add_client(
        "machine", "m" * 32, grant_types=["client_credentials"], token_endpoint_auth_method=secret_method, **shared
    )


_OF_THE_WORLD = {"sso.issuer", "sso.client_id", "sso.client_secret", "sso.store", "sso.site_url", "guard.store"}
"""What the world tells each site itself."""
