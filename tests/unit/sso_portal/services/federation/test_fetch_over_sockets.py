"""Fetching from a server on this machine, which the operator has allowed: every way in which a server may misbehave."""

from __future__ import annotations

import datetime
import socket
import ssl
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sso_portal.services.federation.fetch import Fetcher, Unfetchable
from sso_portal.services.federation.network import MAXIMUM_BYTES, Deadline, Internet
from tests.support.raw_server import RawServer, Say, answer

SECONDS = 0.6
NAME = "keys.example.test"


def fetch(server: RawServer, path: str = "/jwks", *, accept: str = "application/json") -> bytes:
    fetcher = Fetcher(allowed_hosts=("127.0.0.1",), timeout_seconds=SECONDS)
    return fetcher.get(f"http://127.0.0.1:{server.port}{path}", accept=accept)


def test_a_document_is_asked_for_with_its_kind_and_brought() -> None:
    with RawServer(answer(b'{"keys": []}')) as server:
        assert fetch(server, "/jwks?a=b#part", accept="application/jwk-set+json") == b'{"keys": []}'
    (head,) = server.heard
    lines = head.decode().splitlines()
    assert lines[0] == "GET /jwks?a=b HTTP/1.1"
    assert f"Host: 127.0.0.1:{server.port}" in lines
    assert "Accept: application/jwk-set+json" in lines
    assert not any(line.lower().startswith(("cookie", "authorization")) for line in lines)


def test_before_it_waits_for_a_server_it_says_so() -> None:
    heard_before: list[int] = []
    with RawServer(answer(b"{}")) as server:
        fetcher = Fetcher(
            allowed_hosts=("127.0.0.1",),
            timeout_seconds=SECONDS,
            before_waiting=lambda: heard_before.append(len(server.heard)),
        )
        fetcher.get(f"http://127.0.0.1:{server.port}/jwks", accept="application/json")
    assert (heard_before, len(server.heard)) == ([0], 1)


def test_a_document_in_chunks_and_one_that_ends_with_the_connection() -> None:
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    for whole in (chunked, b"HTTP/1.0 200 OK\r\n\r\nabcde"):
        with RawServer(whole) as server:
            assert fetch(server) == b"abcde"


def test_the_largest_document() -> None:
    with RawServer(answer(b"x" * MAXIMUM_BYTES)) as server:
        assert len(fetch(server)) == MAXIMUM_BYTES


@pytest.mark.parametrize(
    ("said", "word"),
    [
        (answer(b"x" * (MAXIMUM_BYTES + 1)), "longer"),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * (MAXIMUM_BYTES * 4), "longer"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1" * (MAXIMUM_BYTES * 4), "web server|longer"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 40_000, "web server|longer"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"y" * (MAXIMUM_BYTES * 4), "web server|longer"),
        (answer(b"", "Location: https://example.com/jwks", status="301 Moved"), "redirect"),
        (answer(b"", "Location: http://169.254.169.254/", status="302 Found"), "redirect"),
        (answer(b"", "Location: /other", status="303 See Other"), "redirect"),
        (answer(status="304 Not Modified"), "redirect"),
        (answer(b"", "Location: /other", status="307 Temporary"), "redirect"),
        (answer(status="308 Permanent"), "redirect"),
        (answer(status="404 Not Found"), "404"),
        (answer(status="500 Oh"), "500"),
        (answer(status="204 Nothing"), "204"),
        (answer(b"\x1f\x8b", "Content-Encoding: gzip"), "compressed"),
        (b"", "web server"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "web server"),
        (b"HTTP/1.1 abc OK\r\n\r\n", "web server"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort", "web server"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "web server"),
    ],
)
def test_an_answer_that_is_not_taken(said: bytes, word: str) -> None:
    with RawServer(said) as server, pytest.raises(Unfetchable, match=word):
        fetch(server)
    assert len(server.heard) == 1, "nothing is asked twice, and no redirect is followed"


def drip(first: bytes, drops: bytes) -> Say:
    def say(connection: socket.socket) -> None:
        connection.sendall(first)
        for _ in range(200):
            connection.sendall(drops)
            time.sleep(0.05)

    return say


@pytest.mark.parametrize(
    "say",
    [
        lambda _connection: time.sleep(1.5),
        drip(b"", b"H"),
        drip(b"HTTP/1.1 200 OK\r\n", b"x"),
        drip(b"HTTP/1.1 100 Continue\r\n", b"\r\nHTTP/1.1 100 Continue\r\n"),
        drip(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", b"x"),
        drip(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        drip(b"HTTP/1.1 200 OK\r\n\r\n", b"x"),
    ],
    ids=["silence", "status", "header", "continue", "content", "chunks", "endless"],
)
def test_a_server_that_dribbles_is_left_in_time(say: Say) -> None:
    begun = time.monotonic()
    with RawServer(say) as server:
        with pytest.raises(Unfetchable, match=f"longer than {SECONDS} seconds"):
            fetch(server)
        assert SECONDS <= time.monotonic() - begun < SECONDS + 1.5


def test_nobody_is_there() -> None:
    with RawServer(b"") as server:
        port = server.port
    with pytest.raises(Unfetchable, match="cannot be connected"):
        Fetcher(allowed_hosts=("127.0.0.1",)).get(f"http://127.0.0.1:{port}/", accept="*/*")


def test_proxies_and_netrc_of_the_environment_mean_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login somebody password something\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    monkeypatch.delenv("no_proxy", raising=False)
    with RawServer(answer()) as server:
        assert fetch(server) == b"{}"
    assert b"authorization" not in server.heard[0].lower()


class Pointed(Internet):
    """The internet, except that every name stands for given addresses, and one more certificate is good."""

    def __init__(self, *addresses: str, verify: Path | None = None) -> None:
        self.addresses = addresses
        self.verify = verify
        self.lookups = 0

    def resolve(self, host: str, port: int, deadline: Deadline) -> Sequence[str]:
        self.lookups += 1
        # Another answer each time, as one who rebinds a name would give.
        return self.addresses if self.lookups == 1 else ("203.0.113.1",)

    def session(self, addresses: Sequence[str], deadline: Deadline) -> requests.Session:
        session = super().session(addresses, deadline)
        if self.verify:
            session.verify = str(self.verify)
        return session


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for ``keys.example.test`` that signs itself, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    file.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return file


def tls_of(certificate: Path, seen: list[str | None]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.sni_callback = lambda _socket, name, _context: seen.append(name)
    return context


def test_the_connection_goes_to_the_checked_address_and_speaks_of_the_name(certificate: Path) -> None:
    seen: list[str | None] = []
    network = Pointed("127.0.0.1", verify=certificate)
    with RawServer(answer(b"ok"), tls=tls_of(certificate, seen)) as server:
        fetcher = Fetcher(allowed_hosts=(NAME,), network=network)
        assert fetcher.get(f"https://{NAME}:{server.port}/jwks", accept="*/*") == b"ok"
        host = f"Host: {NAME}:{server.port}\r\n".encode()
    assert host in server.heard[0]
    assert seen == [NAME]
    assert network.lookups == 1


def test_the_certificate_has_to_be_that_of_the_name(certificate: Path) -> None:
    for name, verify in ((NAME, None), ("other.example.test", certificate)):
        network = Pointed("127.0.0.1", verify=verify)
        with RawServer(answer(b"ok"), tls=tls_of(certificate, [])) as server:
            fetcher = Fetcher(allowed_hosts=(name,), network=network)
            with pytest.raises(Unfetchable, match="certificate"):
                fetcher.get(f"https://{name}:{server.port}/jwks", accept="*/*")
        assert server.heard == []


def test_a_second_address_is_tried_when_the_first_does_not_answer() -> None:
    with RawServer(answer(b"ok")) as server:
        # Every address of 127/8 is this machine, but the server listens at one of them only.
        fetcher = Fetcher(allowed_hosts=("any",), network=Pointed("127.0.0.2", "127.0.0.1"))
        assert fetcher.get(f"http://any:{server.port}/", accept="*/*") == b"ok"


def test_a_handshake_that_never_ends(certificate: Path) -> None:
    begun = time.monotonic()
    with RawServer(drip(b"", b"\x16"), hear=False) as server:
        fetcher = Fetcher(allowed_hosts=(NAME,), network=Pointed("127.0.0.1"), timeout_seconds=SECONDS)
        with pytest.raises(Unfetchable):
            fetcher.get(f"https://{NAME}:{server.port}/", accept="*/*")
        assert time.monotonic() - begun < SECONDS + 1.5


def test_content_that_dribbles_under_tls(certificate: Path) -> None:
    begun = time.monotonic()
    say = drip(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", b"x")
    with RawServer(say, tls=tls_of(certificate, [])) as server:
        network = Pointed("127.0.0.1", verify=certificate)
        fetcher = Fetcher(allowed_hosts=(NAME,), network=network, timeout_seconds=SECONDS)
        with pytest.raises(Unfetchable, match="longer than"):
            fetcher.get(f"https://{NAME}:{server.port}/", accept="*/*")
        assert time.monotonic() - begun < SECONDS + 1.5
