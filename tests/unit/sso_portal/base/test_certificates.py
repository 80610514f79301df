"""Certificates, read without believing anything."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sso_portal.base.certificates import (
    BadCertificate,
    address_problem,
    read_certificate,
    subject_name_problem,
    thumbprint_of,
)
from sso_testkit.clients import ClientCertificate

NOW = 1_800_000_000


@pytest.mark.parametrize("kind", ["EC", "P-384", "RSA", "Ed25519"])
def test_everything_that_is_in_it(kind: str) -> None:
    made = ClientCertificate.make(
        NOW, "CN=a", kind=kind, dns="A.example", ip="10.0.0.1", email="a@example", uri="urn:a"
    )
    read = read_certificate(made.escaped)
    assert read == read_certificate(made.encoded)
    assert read.thumbprint == made.thumbprint == thumbprint_of(base64.b64encode(made.der).decode())
    assert read.key == {name: value for name, value in made.jwk().items() if name != "kid"}
    assert (read.valid_from, read.valid_until) == (NOW - 86_400, NOW + 86_400)
    assert (read.dns, read.addresses) == ({"a.example"}, {"10.0.0.1"})
    assert (read.emails, read.uris) == ({"a@example"}, {"urn:a"})


def test_one_without_alternative_names() -> None:
    read = read_certificate(ClientCertificate.make(NOW).encoded)
    assert not (read.dns | read.uris | read.addresses | read.emails)
    assert not read.has_address("10.0.0.1")


@pytest.mark.parametrize("name", ["CN=a,O=b,C=CN", "E=a@example,CN=a", "emailAddress=a@example", "UID=7,DC=a,DC=b"])
def test_a_subject_however_its_attributes_are_named(name: str) -> None:
    assert subject_name_problem(name) is None
    assert subject_name_problem(name.lower() if "emailAddress" not in name else name) is None


@pytest.mark.parametrize("name", ["", "a", "CN", "CN=a,", "CN=a, O=b", "XX=a", "CN=" + "x" * 65, "C=CHINA"])
def test_what_is_no_subject(name: str) -> None:
    assert subject_name_problem(name)


def test_what_is_no_address() -> None:
    assert address_problem("10.0.0.256")
    assert address_problem("10.0.0.1") is None


@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda raw: f":{base64.b64encode(raw).decode()}:"))
def test_nothing_else_is_a_certificate(text: str) -> None:
    with pytest.raises(BadCertificate):
        read_certificate(text)


@pytest.mark.parametrize("text", ["a", "AAAA=AAA", "AA AA", "密"])
def test_no_thumbprint_of_what_is_not_base64(text: str) -> None:
    assert thumbprint_of(text) is None
