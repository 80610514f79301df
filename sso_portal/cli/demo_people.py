"""Who and what the demo world starts with; seeded again at every start, and left as it is where it is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sso_portal.cli.demo_sites import DemoSite
from sso_portal.wiring import Portal


@dataclass(frozen=True)
class Person:
    """A demo person; her password is public."""

    username: str
    password: str
    name: str
    email: str
    is_administrator: bool = False


PEOPLE = (
    Person("zp", "penadmin", "张鹏", "zp@example.com"),
    Person("lin", "lin-demo-password", "林晓", "lin@example.com"),
    Person("admin", "admin-demo-password", "管理员", "admin@example.com", is_administrator=True),
)

REFERENCE_CLIENT = {
    "client_name": "API reference client",
    "client_name#zh-CN": "接口文档客户端",
    "redirect_uris": ["http://www.baidu.com"],
    "token_endpoint_auth_method": "client_secret_post",
    "scope": "all",
    "consent": "once",
    "require_pkce": False,
}
"""The client of the API description: identifier 1, secret 1."""


def seed(portal: Portal, sites: Sequence[DemoSite]) -> None:
    """Add the demo people and clients that are not there yet."""
    with portal.transaction() as unit:
        for person in PEOPLE:
            if unit.users.by_username(person.username) is None:
                unit.users.add(
                    person.username,
                    email=person.email,
                    name=person.name,
                    password=person.password,
                    is_administrator=person.is_administrator,
                )
        known = {client.client_id: client for client in unit.clients.all()}
        for site in sites:
            if site.client_id not in known:
                unit.clients.add(site.metadata(), client_id=site.client_id, secret=site.secret)
                continue
            # The same data may be started at other ports; what an operator changed otherwise stays.
            unit.clients.edit(site.client_id, site.addresses())
            if not unit.clients.secret_matches(known[site.client_id], site.secret):
                unit.clients.rotate_secret(site.client_id, site.secret)
        if "1" not in known:
            unit.clients.add(REFERENCE_CLIENT, client_id="1", secret="1")  # noqa: S106 - documented, demo only
