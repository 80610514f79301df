"""Client libraries that others wrote, against a running portal: they are told its issuer and their own client."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey

from tests.support.authlib_site import AuthlibSite
from tests.support.logout_door import LogoutDoor
from tests.support.node import CLIENTS, Node
from tests.support.openid_client import OpenidClient
from tests.support.person import Person
from tests.support.registrations import hearing, registrations
from tests.support.served import Served

SETTINGS = "sso.tokens.device_poll_seconds = 1\nsso.registration.mode = open\n"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder starts a portal of its own."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.load)


@dataclass(frozen=True)
class Registered:
    """A portal, and what its clients know of themselves."""

    issuer: str
    secrets: dict[str, str]


@pytest.fixture(scope="session")
def node() -> Iterator[Node]:
    """One process for all sites that use openid-client."""
    process = Node(CLIENTS / "openid_client.mjs")
    yield process
    process.stop()


@pytest.fixture(scope="session")
def signing_key() -> ECKey:
    """The key with which a site that uses Authlib proves itself."""
    return ECKey.generate_key("P-256", parameters={"use": "sig", "alg": "ES256", "kid": "of-authlib"})


@pytest.fixture(scope="session")
def node_door(node: Node) -> str:
    """Where the client ``hears-by-node`` hears of sign-outs."""
    return f"http://127.0.0.1:{node.call('listen')}/hears-by-node"


@pytest.fixture(scope="session")
def logout_door() -> Iterator[LogoutDoor]:
    """Where a site that uses Authlib hears of sign-outs."""
    with LogoutDoor() as door:
        yield door


@pytest.fixture(scope="session")
def portal(
    tmp_path_factory: pytest.TempPathFactory, node: Node, signing_key: ECKey, node_door: str, logout_door: LogoutDoor
) -> Iterator[Registered]:
    """A running portal with every client of :mod:`tests.support.registrations`."""
    folder = tmp_path_factory.mktemp("clients")
    served = Served(folder, settings=SETTINGS)
    file = folder / "clients.json"
    hears = {"hears-by-node": node_door, "hears-by-authlib": logout_door.address}
    keys = [*node.call("makeKeys"), signing_key.as_dict(private=False)]
    file.write_text(json.dumps([*registrations(keys), *hearing(hears)]))
    added = json.loads(served.command("client", "apply", str(file), "--json"))
    served.start()
    yield Registered(served.address, {row["client_id"]: row.get("client_secret", "") for row in added})
    served.stop()


@pytest.fixture
def person(portal: Registered) -> Person:
    """zp, signed in nowhere yet."""
    return Person(portal.issuer, "zp", "penadmin")


@pytest.fixture
def openid_client(portal: Registered, node: Node) -> Callable[..., OpenidClient]:
    """A site that uses openid-client: ``openid_client("client_secret_post", method="client_secret_post")``."""

    def site(client_id: str, **options: Any) -> OpenidClient:
        return OpenidClient(node, portal.issuer, client_id, portal.secrets[client_id], **options)

    return site


@pytest.fixture
def authlib_site(portal: Registered) -> Callable[..., AuthlibSite]:
    """A site that uses Authlib: ``authlib_site("client_secret_post", method="client_secret_post")``."""

    def site(client_id: str, *, secret: str = "", **options: Any) -> AuthlibSite:
        return AuthlibSite(portal.issuer, client_id, secret or portal.secrets[client_id], **options)

    return site
