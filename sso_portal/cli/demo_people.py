"""Who and what the demo world starts with; seeded again at every start, and left as it is where it is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sso_portal.cli.demo_sites import DemoSite
from sso_portal.services.client_metadata import DEFAULTS
from sso_portal.services.clients import Client, Clients
from sso_portal.services.users import Users
from sso_portal.wiring import Portal


@dataclass(frozen=True)
class Person:
    """A demo person; her password is public."""

    username: str
    password: str
    name: str
    email: str
    is_administrator: bool = False
    roles: tuple[str, ...] = ()
    profile: Mapping[str, Any] = field(default_factory=dict)


_HERE = {"zoneinfo": "Asia/Shanghai", "locale": "zh-CN"}


def _address(region: str, locality: str, street: str, postal_code: str) -> dict[str, str]:
    whole = f"{'' if region == locality else region}{locality}{street}\n{postal_code}"
    parts = {"street_address": street, "locality": locality, "region": region, "postal_code": postal_code}
    return {"formatted": whole, **parts, "country": "CN"}


PEOPLE = (
    Person(
        "zp",
        "penadmin",
        "张鹏",
        "zp@example.com",
        roles=("project-lead",),
        profile={
            **_HERE,
            "family_name": "张",
            "given_name": "鹏",
            "nickname": "老张",
            "gender": "male",
            "birthdate": "1986-04-12",
            "phone_number": "+8613900000001",
            "phone_number_verified": True,
            "address": _address("北京市", "北京市", "海淀区中关村大街 27 号", "100080"),
        },
    ),
    Person(
        "lin",
        "lin-demo-password",
        "林晓",
        "lin@example.com",
        roles=("recruiter",),
        profile={
            **_HERE,
            "family_name": "林",
            "given_name": "晓",
            "gender": "female",
            "birthdate": "1992-09-30",
            "phone_number": "+8613900000002",
            "address": _address("浙江省", "杭州市", "西湖区文三路 90 号", "310012"),
        },
    ),
    Person(
        "admin",
        "admin-demo-password",
        "管理员",
        "admin@example.com",
        is_administrator=True,
        roles=("administrator",),
        profile={
            **_HERE,
            "nickname": "管理员",
            "phone_number": "+861000000003",
            "address": _address("北京市", "北京市", "海淀区中关村大街 27 号", "100080"),
        },
    ),
)

REFERENCE_CLIENT = {
    "client_name": "API reference client",
    "client_name#zh-CN": "接口文档客户端",
    "redirect_uris": ["http://www.baidu.com"],
    "grant_types": ["authorization_code", "refresh_token", "client_credentials", "password", "implicit"],
    "response_types": ["code", "token"],
    "token_endpoint_auth_method": "client_secret_post",
    "scope": "all",
    "consent": "once",
    "require_pkce": False,
    "authorization_details_types": ["course_record", "payment"],
}
"""The client of the API description: identifier 1, secret 1."""


def seed(portal: Portal, sites: Sequence[DemoSite]) -> None:
    """Add the demo people and clients that are not there yet."""
    with portal.transaction() as unit:
        for person in PEOPLE:
            _seed_person(unit.users, person)
        known = {client.client_id: client for client in unit.clients.all()}
        for site in sites:
            if site.client_id not in known:
                unit.clients.add(site.metadata(), client_id=site.client_id, secret=site.secret)
                continue
            # The same data may be started at other ports; what an operator changed otherwise stays.
            _edit(unit.clients, known[site.client_id], site)
            if site.secret and not unit.clients.secret_matches(known[site.client_id], site.secret):
                unit.clients.rotate_secret(site.client_id, site.secret)
        if "1" not in known:
            unit.clients.add(REFERENCE_CLIENT, client_id="1", secret="1")  # noqa: S106 - documented, demo only
        elif known["1"].metadata["grant_types"] == DEFAULTS["grant_types"]:
            # Data from a version that had two grants.
            unit.clients.edit("1", {name: REFERENCE_CLIENT[name] for name in ("grant_types", "response_types")})
        if "1" in known and not known["1"].metadata["authorization_details_types"]:
            unit.clients.edit("1", {"authorization_details_types": REFERENCE_CLIENT["authorization_details_types"]})


def _edit(clients: Clients, client: Client, site: DemoSite) -> None:
    """Its addresses; data from a version without APIs gets the scopes for them too."""
    is_older = client.metadata["scope"] == DEFAULTS["scope"]
    scope = {"scope": site.row.metadata["scope"]} if is_older else {}
    clients.edit(client.client_id, {**site.addresses(), **scope})


def _seed_person(users: Users, person: Person) -> None:
    """Add her. Data from a version that knew of no claims gets them; somebody of whom anything is known stays."""
    known = users.by_username(person.username)
    if known is None:
        known = users.add(
            person.username,
            email=person.email,
            name=person.name,
            password=person.password,
            is_administrator=person.is_administrator,
        )
    if not known.roles and not known.profile:
        users.set_profile(known, person.profile)
        users.set_roles(known, person.roles)
