"""Where an address is: named networks, this machine, the house, a database of cities."""

from __future__ import annotations

from pathlib import Path

import pytest
from mmdb_writer import MMDBWriter
from netaddr import IPSet

from sso_portal.base.named_networks import network_problems, read_networks
from sso_portal.services.places import Place, Places
from sso_portal.settings import load_settings
from sso_portal.wiring import Portal

NETWORKS = "10.1.0.0/16=Beijing office; 10.0.0.0/8 = the company ;2001:db8:1::/48=上海=2;127.0.0.9/32=the kiosk;"


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database of four networks: a city, a region, a country, and one that nobody can name."""
    writer = MMDBWriter(6, "Test-City", languages=["en", "zh-CN"], ipv4_compatible=True)
    beijing = {"city": {"names": {"en": "Beijing", "zh-CN": "北京"}}, "country": {"names": {"en": "China"}}}
    writer.insert_network(IPSet(["8.8.8.0/24", "2400:3200::/32"]), beijing)
    writer.insert_network(IPSet(["9.9.9.0/24"]), {"subdivisions": [{"names": {"en": "Zhejiang"}}]})
    writer.insert_network(IPSet(["11.0.0.0/8"]), {"country": {"names": {"en": "France", "zh-CN": "法国"}}, "city": {}})
    writer.insert_network(IPSet(["12.0.0.0/8"]), {"city": "a word", "subdivisions": [], "country": {"names": 7}})
    path = tmp_path_factory.mktemp("places") / "city.mmdb"
    writer.to_db_file(str(path))
    return str(path)


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("10.1.2.3", Place("named", "Beijing office")),
        ("10.2.2.3", Place("named", "the company")),
        ("::ffff:10.1.2.3", Place("named", "Beijing office")),
        ("2001:db8:1::7", Place("named", "上海=2")),
        ("127.0.0.9", Place("named", "the kiosk")),
        ("127.0.0.1", Place("this_machine")),
        ("::1", Place("this_machine")),
        ("192.168.1.1", Place("internal")),
        ("172.16.0.1", Place("internal")),
        ("fe80::1%eth0", Place("internal")),
        ("fd00::1", Place("internal")),
        ("8.8.8.8", Place("unknown")),
        ("2400:3200::1", Place("unknown")),
        ("", Place("unknown")),
        ("unix:", Place("unknown")),
        ("10.1.2", Place("unknown")),
        ("x" * 64, Place("unknown")),
    ],
)
def test_without_a_database(address: str, place: Place) -> None:
    assert Places(read_networks(NETWORKS)).of(address, "en") == place


@pytest.mark.parametrize(
    ("address", "locale", "place"),
    [
        ("8.8.8.8", "en", Place("named", "Beijing")),
        ("8.8.8.8", "zh_CN", Place("named", "北京")),
        ("2400:3200::1", "zh_CN", Place("named", "北京")),
        ("9.9.9.9", "zh_CN", Place("named", "Zhejiang")),
        ("11.1.1.1", "zh_CN", Place("named", "法国")),
        ("11.1.1.1", "en", Place("named", "France")),
        ("12.1.1.1", "en", Place("unknown")),
        ("13.1.1.1", "en", Place("unknown")),
        ("192.168.1.1", "en", Place("internal")),
        ("nonsense", "en", Place("unknown")),
    ],
)
def test_with_a_database(database: str, address: str, locale: str, place: Place) -> None:
    assert Places([], database).of(address, locale) == place


def test_the_settings_take_such_a_file_and_a_portal_uses_it(database: str, tmp_path: Path) -> None:
    given = {
        "sso.web.issuer": "https://sso.example.com",
        "sso.storage.url": f"sqlite:///{tmp_path}/x",
        "sso.security.secret": "x" * 32,
        "sso.places.database": database,
        "sso.places.networks": NETWORKS,
    }
    portal = Portal(load_settings(given, {}))
    names = [portal.places.of(address, "zh_CN").name for address in ("8.8.8.8", "10.1.2.3")]
    portal.close()
    assert names == ["北京", "Beijing office"]


def test_the_operators_names_are_asked_first(database: str) -> None:
    assert Places(read_networks("8.8.8.0/24=the branch"), database).of("8.8.8.8", "en").name == "the branch"


def test_a_database_is_opened_once(database: str, tmp_path: Path) -> None:
    copy = tmp_path / "city.mmdb"
    copy.write_bytes(Path(database).read_bytes())
    places = Places([], str(copy))
    assert places.of("8.8.8.8", "en").name == "Beijing"
    copy.unlink()
    assert places.of("8.8.8.9", "en").name == "Beijing"


def test_a_database_that_is_lost_or_broken_afterwards_makes_no_failure(
    database: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    whole = Path(database).read_bytes()
    broken = tmp_path / "broken.mmdb"
    broken.write_bytes(b"\xff" * 400 + whole[whole.rindex(b"\xab\xcd\xefMaxMind.com") :])
    for path in (broken, tmp_path / "lost.mmdb"):
        assert Places([], str(path)).of("8.8.8.8", "en") == Place("unknown")
    assert len(caplog.records) == 2


def test_a_database_without_ipv6_knows_no_place_of_such_an_address(tmp_path: Path) -> None:
    writer = MMDBWriter(4, "Test-City")
    writer.insert_network(IPSet(["8.8.8.0/24"]), {"city": {"names": {"en": "Beijing"}}})
    writer.to_db_file(str(tmp_path / "four.mmdb"))
    places = Places([], str(tmp_path / "four.mmdb"))
    assert [places.of(address, "en").name for address in ("8.8.8.8", "2400:3200::1")] == ["Beijing", ""]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("10.1.0.0/16", "is not a network and its name"),
        ("=office", "is not a network"),
        ("10.1.0.0/16=", "is not a network and its name"),
        ("10.1.0.1/16=office", "has host bits set"),
        ("office=10.1.0.0/16", "is not a network"),
        (f"10.1.0.0/16={'x' * 61}", "is not a network and its name"),
        ("10.1.0.0/16=a\x07b", "is not a network and its name"),
    ],
)
def test_what_is_no_list_of_networks_is_told(text: str, problem: str) -> None:
    (found,) = network_problems(f"192.168.0.0/16=good;{text}")
    assert problem in found
    with pytest.raises(ValueError, match="not a network"):
        read_networks(text)


def test_a_good_list_has_no_problems_and_the_narrowest_comes_first() -> None:
    assert list(network_problems(NETWORKS)) == []
    assert [name for _, name in read_networks(NETWORKS)] == ["the kiosk", "Beijing office", "the company", "上海=2"]
