"""What may be fetched: every rule of an address, without a single connection."""

from __future__ import annotations

import socket
import threading
from collections.abc import Sequence
from typing import Any

import pytest
import requests

from sso_portal.services.federation.addresses import Target, is_public, target_of
from sso_portal.services.federation.fetch import Fetcher, Unfetchable
from sso_portal.services.federation.network import Deadline, Internet
from sso_testkit.world import World

PUBLIC = ["8.8.8.8", "198.51.101.7", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"]
NOT_PUBLIC = [
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "239.1.1.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",
    "64:ff9b::a00:1",
    "64:ff9b:1::808:808",
    "2002:7f00:1::",
    "2002:a00:1::1",
    "2001:db8::1",
    "2001::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fe80::1%eth0",
    "2606:4700::1111%eth0",
    "fec0::1",
    "ff02::1",
    "5f00::1",
    "localhost",
    "",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_internet(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_an_address_that_is_not_of_the_internet(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://a.example/jwks", Target("https://a.example/jwks", "a.example", 443, False)),
        ("HTTPS://A.Example", Target("https://a.example/", "a.example", 443, False)),
        ("https://a.example:443/?x=1", Target("https://a.example:443/?x=1", "a.example", 443, False)),
        ("https://a.example?x=1#part", Target("https://a.example?x=1", "a.example", 443, False)),
        ("https://[2606:4700::1]/", Target("https://[2606:4700::1]/", "2606:4700::1", 443, False)),
    ],
)
def test_an_address_is_taken_apart(url: str, target: Target) -> None:
    assert target_of(url, ()) == target


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("", "form"),
        ("jwks", "form"),
        ("//a.example/", "form"),
        ("ftp://a.example/", "form"),
        ("file:///etc/passwd", "form"),
        ("https:/a.example/", "form"),
        ("https://a.example/ x", "form"),
        ("https://a.example/\r\nHost: b", "form"),
        ("https://a.example/é", "form"),
        ("https://a.example/\\b", "form"),
        ("https://a.example/" + "x" * 8000, "form"),
        ("http://a.example/", "https"),
        ("https://a.example:80/", "443"),
        ("https://a.example:8443/", "443"),
        ("https://user@a.example/", "user name"),
        ("https://user:word@a.example/", "user name"),
        ("https://a.example\\@127.0.0.1/", "user name"),
        ("https://@a.example/", "user name"),
        ("https://", "host"),
        ("https:///jwks", "host"),
        ("https://.a.example/", "host"),
        ("https://a.example:/", "host"),
        ("https://a.example:0/", "host"),
        ("https://a.example:65536/", "host"),
        ("https://a.example:99999999/", "host"),
        ("https://a%2eexample/", "host"),
        ("https://[fe80::1%25eth0]/", "host"),
        ("https://[::1/", "host"),
        ("https://中.example/", "host"),
    ],
)
def test_an_address_that_breaks_a_rule(url: str, word: str) -> None:
    with pytest.raises(Unfetchable, match=word):
        target_of(url, ())


def test_the_operator_allows_a_host_with_one_port_or_with_all() -> None:
    allowed = ("Keys.internal:8443", "10.0.0.7", "[::1]:9000")
    for url in (
        "https://keys.internal:8443/",
        "http://keys.internal:8443/",
        "http://10.0.0.7/",
        "https://10.0.0.7:81/",
    ):
        assert target_of(url, allowed).trusted
    assert target_of("http://[::1]:9000/", allowed).host == "::1"
    for url in ("https://keys.internal:8444/", "http://keys.internal/", "http://[::1]:9001/", "http://10.0.0.8/"):
        with pytest.raises(Unfetchable):
            target_of(url, allowed)
    assert not target_of("https://keys.internal/", allowed).trusted


class Names:
    """A network in which names are looked up and nothing is ever connected to."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = addresses
        self.asked: list[str] = []

    def resolve(self, host: str, _port: int, _deadline: Deadline) -> Sequence[str]:
        self.asked.append(host)
        return self.addresses

    def session(self, _addresses: Sequence[str], _deadline: Deadline) -> requests.Session:
        raise AssertionError("a connection was about to be made")


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "fe80::1%eth0", "::ffff:7f00:1"]
)
def test_a_name_that_stands_for_a_private_address_is_looked_up_once_and_refused(address: str) -> None:
    for addresses in ([address], ["8.8.8.8", address], [address, "8.8.8.8"]):
        names = Names(*addresses)
        with pytest.raises(Unfetchable, match="not on the public internet"):
            Fetcher(network=names).get("https://keys.example/jwks", accept="*/*")
        assert names.asked == ["keys.example"]


def test_a_name_that_stands_for_nothing() -> None:
    with pytest.raises(Unfetchable, match="not known"):
        Fetcher(network=Names()).get("https://keys.example/jwks", accept="*/*")


LOOPBACK_SPELLINGS = [
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0x7f.1",
    "0177.0.0.1",
    "017700000001",
    "0",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[0:0:0:0:0:0:0:1]",
    "169.254.169.254",
    "2852039166",
    "localhost",
    "localhost.",
]


@pytest.mark.parametrize("host", LOOPBACK_SPELLINGS)
@pytest.mark.parametrize("network", [Internet(), World()], ids=["internet", "world"])
def test_this_machine_is_refused_however_it_is_spelled(network: Any, host: str) -> None:
    with pytest.raises(Unfetchable, match=r"not on the public internet|has no host|not known"):
        Fetcher(network=network).get(f"https://{host}/", accept="*/*")


@pytest.mark.parametrize("host", ["a..b", "x" * 64 + ".example", "a-.invalid"])
def test_what_cannot_be_a_name(host: str) -> None:
    with pytest.raises(Unfetchable, match="not known"):
        Fetcher(network=Internet()).get(f"https://{host}/", accept="*/*")


def test_a_lookup_that_takes_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()

    def slow(*_args: Any, **_keywords: Any) -> list[Any]:
        over.wait(10)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    with pytest.raises(Unfetchable, match="in time"):
        Fetcher(timeout_seconds=0.1).get("https://keys.example/", accept="*/*")
    over.set()


def test_a_deadline_ends() -> None:
    assert 0 < Deadline(60).remaining() <= 60
    with pytest.raises(Unfetchable, match="longer than 0 seconds"):
        Deadline(0).remaining()
