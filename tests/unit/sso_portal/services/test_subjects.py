"""``sub``: for everyone, or for one sector (OpenID Connect Core, section 8)."""

from __future__ import annotations

from typing import Any

import pytest

from sso_portal.base.errors import Refused
from sso_portal.services.client_metadata import complete_metadata, sector_of
from sso_portal.services.clients import Client
from sso_portal.services.subjects import Subjects
from sso_portal.services.users import User
from sso_portal.wiring import Portal

SECTOR = "https://sector.example.test:8443/list.json"


def client_of(*redirect_uris: str, **changes: Any) -> Client:
    """A client that is registered nowhere."""
    pairwise = {"client_name": "Site", "redirect_uris": list(redirect_uris), "subject_type": "pairwise", **changes}
    return Client("site", None, complete_metadata(pairwise))


@pytest.mark.parametrize(
    ("redirect_uris", "changes", "sector"),
    [
        (["https://a.example.test/cb"], {}, "a.example.test"),
        (["https://A.example.test:8443/cb"], {}, "a.example.test"),
        (["https://a.example.test/cb", "https://a.example.test:8443/cb"], {}, "a.example.test"),
        (["https://a.test/cb", "https://b.test/cb"], {"sector_identifier_uri": SECTOR}, "sector.example.test"),
    ],
)
def test_a_sector_is_a_host_without_its_port(redirect_uris: list[str], changes: dict[str, str], sector: str) -> None:
    assert sector_of(client_of(*redirect_uris, **changes).metadata) == sector


def test_several_hosts_need_an_address_that_names_their_sector() -> None:
    with pytest.raises(Refused, match="sector_identifier_uri"):
        client_of("https://a.test/cb", "https://b.test/cb")


def test_one_sector_knows_a_person_by_one_name_and_another_key_by_another(portal: Portal, zp: User) -> None:
    subjects, others = Subjects(b"k" * 32), Subjects(b"l" * 32)
    one, same, other = (client_of(f"https://{host}/cb") for host in ("a.test", "a.test:8443", "b.test"))
    name = subjects.of(zp, one)
    assert name == subjects.of(zp, same)
    assert len({name, subjects.of(zp, other), others.of(zp, one), zp.subject}) == 4
    assert name.isascii()
    assert len(name) <= 255
    assert subjects.of(zp, client_of("https://a.test/cb", subject_type="public")) == zp.subject
