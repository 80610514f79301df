"""Each parameter of each endpoint, bad in each way, and the very error that its specification names for that.

What single values are wrong stands in the files of the endpoints; here every parameter is missing, empty, doubled, far
too long, not UTF-8, and in the address where only the body is meant.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest
import webtest

from sso_testkit import SingleSignOn
from sso_testkit.clients import Device, add_api, api_address, assertion_claims, jwk_set, key_for, signed, tokens_for
from sso_testkit.clients.names import ACCESS_TOKEN_TYPE, ASSERTION_TYPE, DEVICE_CODE, JWT_BEARER, TOKEN_EXCHANGE
from sso_testkit.refusals import error_of
from sso_testkit.relying_party import VERIFIER, RelyingParty
from sso_testkit.sso import PORTAL

FORM = "application/x-www-form-urlencoded"
LONG = "x" * 20_000
KEY = key_for("ES256", "table")
ALLOWED = re.compile(r"[\x20-\x21\x23-\x5b\x5d-\x7e]+")
FINE = None
"""Not an error: the specification has a meaning for it, or says that it is ignored."""


@dataclass(frozen=True)
class Row:
    """The error code of a parameter that is missing, empty (which RFC 6749, section 3.1 treats alike), or too long."""

    missing: str | None
    long: str | None


CLIENT = {
    "client_id": Row("invalid_client", "invalid_client"),
    "client_secret": Row("invalid_client", "invalid_client"),
}
ASSERTED = {
    "client_assertion": Row("invalid_client", "invalid_client"),
    "client_assertion_type": Row("invalid_client", "invalid_client"),
}
GRANT_TYPE = {"grant_type": Row("invalid_request", "unsupported_grant_type")}

TOKEN: Mapping[str, Mapping[str, Row]] = {
    "authorization_code": {
        **GRANT_TYPE,
        **CLIENT,
        "code": Row("invalid_request", "invalid_grant"),
        "redirect_uri": Row("invalid_grant", "invalid_grant"),
        # RFC 7636, section 4.6 names invalid_grant for one that does not match.
        "code_verifier": Row("invalid_request", "invalid_grant"),
    },
    "refresh_token": {
        **GRANT_TYPE,
        **CLIENT,
        "refresh_token": Row("invalid_request", "invalid_grant"),
        "scope": Row(FINE, "invalid_scope"),
    },
    "client_credentials": {**GRANT_TYPE, **CLIENT, "scope": Row(FINE, "invalid_scope")},
    "password": {
        **GRANT_TYPE,
        **CLIENT,
        "username": Row("invalid_request", "invalid_grant"),
        "password": Row("invalid_request", "invalid_grant"),
        "scope": Row(FINE, "invalid_scope"),
    },
    "asserted": {**GRANT_TYPE, **ASSERTED, "scope": Row(FINE, "invalid_scope")},
    DEVICE_CODE: {
        **GRANT_TYPE,
        "client_id": Row("invalid_client", "invalid_client"),
        "device_code": Row("invalid_request", "invalid_grant"),
    },
    JWT_BEARER: {**GRANT_TYPE, **CLIENT, "assertion": Row("invalid_request", "invalid_grant")},
    # RFC 8693, section 2.2.2: a subject token that is none is invalid_request.
    TOKEN_EXCHANGE: {
        **GRANT_TYPE,
        **CLIENT,
        "subject_token": Row("invalid_request", "invalid_request"),
        "subject_token_type": Row("invalid_request", "invalid_request"),
    },
}
OTHERS: Mapping[str, Mapping[str, Row]] = {
    # RFC 7662, section 2.2 and RFC 7009, section 2.2: an unknown token is no error, whatever it looks like.
    "introspect": {**CLIENT, "token": Row("invalid_request", FINE), "token_type_hint": Row(FINE, FINE)},
    "revoke": {**CLIENT, "token": Row("invalid_request", FINE), "token_type_hint": Row(FINE, FINE)},
    "device_authorization": {
        "client_id": Row("invalid_client", "invalid_client"),
        "scope": Row(FINE, "invalid_scope"),
    },
}


class World:
    """One world for the table, and a good request of each kind."""

    def __init__(self, sso: SingleSignOn) -> None:
        self.sso = sso
        everything = ["authorization_code", "refresh_token", "client_credentials", "password"]
        self.rp = RelyingParty.register(sso, "table", grant_types=everything, scope="openid profile all")
        machine = {"grant_types": ["client_credentials"], "response_types": [], "scope": "all"}
        sso.add_client("keyed", **machine, token_endpoint_auth_method="private_key_jwt", jwks=jwk_set(KEY))
        self.asserter = RelyingParty.register(
            sso, "asserter", grant_types=["authorization_code", JWT_BEARER], jwks=jwk_set(KEY)
        )
        self.first = add_api(sso, "first", token_exchange_to=["second"])
        add_api(sso, "second")
        self.device = Device(sso)
        self.http = webtest.TestApp(sso.world)
        self.browser = sso.browser()
        self.browser.open(f"{PORTAL}/o/login/")
        self.browser.sign_in("zp", "penadmin")

    def token_request(self, grant: str) -> dict[str, str]:
        """The fields of a good token request."""
        own = {"client_id": "table", "client_secret": str(self.rp.secret)}
        if grant == "authorization_code":
            code = self.rp.code(self.browser, scope="openid profile")
            kept = {"code": code, "redirect_uri": self.rp.redirect_uri, "code_verifier": VERIFIER}
            return {"grant_type": grant, **own, **kept}
        if grant == "refresh_token":
            tokens = self.rp.redeem(self.rp.code(self.browser, scope="openid profile")).json
            return {"grant_type": grant, **own, "refresh_token": tokens["refresh_token"], "scope": "openid"}
        if grant == "password":
            return {"grant_type": grant, **own, "username": "zp", "password": "penadmin", "scope": "openid"}
        if grant == "asserted":
            assertion = signed(assertion_claims("keyed", self.sso.clock.now()), KEY)
            kept = {"client_assertion": assertion, "client_assertion_type": ASSERTION_TYPE}
            return {"grant_type": "client_credentials", **kept, "scope": "all"}
        if grant == DEVICE_CODE:
            self.browser.open(self.device.ask().json["verification_uri_complete"])
            self.browser.agree()
            return {"grant_type": grant, "client_id": "tv", "device_code": str(self.device.codes["device_code"])}
        if grant == JWT_BEARER:
            own = {"client_id": "asserter", "client_secret": str(self.asserter.secret)}
            assertion = signed(assertion_claims("asserter", self.sso.clock.now(), sub="zp"), KEY)
            return {"grant_type": grant, **own, "assertion": assertion}
        if grant == TOKEN_EXCHANGE:
            own = {"client_id": "first", "client_secret": str(self.first.secret)}
            subject = tokens_for(self.rp, self.browser, api_address("first"), scope="openid profile")["access_token"]
            return {"grant_type": grant, **own, "subject_token": subject, "subject_token_type": ACCESS_TOKEN_TYPE}
        return {"grant_type": grant, **own, "scope": "all"}

    def other_request(self, endpoint: str) -> dict[str, str]:
        """The fields of a good request to another endpoint that machines call."""
        if endpoint == "device_authorization":
            return {"client_id": "tv", "scope": "openid"}
        own = {"client_id": "table", "client_secret": str(self.rp.secret)}
        tokens = self.rp.token(grant_type="client_credentials", scope="all").json
        return {**own, "token": tokens["access_token"], "token_type_hint": "access_token"}

    def post(self, endpoint: str, body: str, query: str = "") -> webtest.TestResponse:
        address = f"{PORTAL}/o/{endpoint}/" + (f"?{query}" if query else "")
        return self.http.post(address, body, content_type=FORM, status="*")


@pytest.fixture(scope="module")
def world(shared_sso: SingleSignOn) -> World:
    return World(shared_sso)


def has(answer: webtest.TestResponse, expected: str | None) -> None:
    """The answer is the error that is expected, or none."""
    if expected is FINE:
        assert answer.status_int == 200, answer.text
    else:
        assert error_of(answer, 401 if expected == "invalid_client" else 400) == expected, answer.text


REQUESTS: list[tuple[str, str, str, Row]] = [
    *(("token", grant, name, row) for grant, rows in TOKEN.items() for name, row in rows.items()),
    *((endpoint, "", name, row) for endpoint, rows in OTHERS.items() for name, row in rows.items()),
]
NAMES = [f"{endpoint} {grant.rpartition(':')[2]} {name}" for endpoint, grant, name, _ in REQUESTS]
Change = Callable[[dict[str, str], str], str]
SPOILED: Mapping[str, tuple[Change, Callable[[Row], str | None]]] = {
    "missing": (lambda good, name: urlencode(without(good, name)), lambda row: row.missing),
    "empty": (lambda good, name: urlencode({**good, name: ""}), lambda row: row.missing),
    "too long": (lambda good, name: urlencode({**good, name: LONG}), lambda row: row.long),
    "twice": (lambda good, name: f"{urlencode(good)}&{name}={quote(good[name])}", lambda _row: "invalid_request"),
    "twice, once empty": (lambda good, name: f"{name}=&{urlencode(good)}", lambda _row: "invalid_request"),
    "not UTF-8": (lambda good, name: f"{urlencode(without(good, name))}&{name}=%FF%FE", lambda _row: "invalid_request"),
    "half a letter": (
        lambda good, name: f"{urlencode(without(good, name))}&{name}=%E4%B8",
        lambda _row: "invalid_request",
    ),
    "NUL": (lambda good, name: f"{urlencode(without(good, name))}&{name}=%00", lambda _row: "invalid_request"),
}


def without(good: dict[str, str], name: str) -> dict[str, str]:
    return {known: value for known, value in good.items() if known != name}


@pytest.mark.parametrize("how", SPOILED)
@pytest.mark.parametrize(("endpoint", "grant", "name", "row"), REQUESTS, ids=NAMES)
def test_a_parameter_in_the_body(world: World, endpoint: str, grant: str, name: str, row: Row, how: str) -> None:
    good = world.token_request(grant) if grant else world.other_request(endpoint)
    spoil, expected = SPOILED[how]
    has(world.post(endpoint, spoil(good, name)), expected(row))


@pytest.mark.parametrize(("endpoint", "grant", "name", "row"), REQUESTS, ids=NAMES)
def test_a_parameter_in_the_address(world: World, endpoint: str, grant: str, name: str, row: Row) -> None:
    good = world.token_request(grant) if grant else world.other_request(endpoint)
    has(world.post(endpoint, urlencode(without(good, name)), urlencode({name: good[name]})), "invalid_request")
    has(world.post(endpoint, urlencode(good)), FINE)


def test_every_grant_and_parameter_of_a_machine_is_in_the_table(world: World) -> None:
    supported = set(world.http.get(f"{PORTAL}/.well-known/openid-configuration").json["grant_types_supported"])
    assert supported - {"implicit"} <= set(TOKEN)


def test_what_is_repeated_of_a_jwt_is_printable(world: World, asked: dict[str, str]) -> None:
    """RFC 6749, sections 4.1.2.1 and 5.2; JSON can hold any letter in any place."""
    header = base64.urlsafe_b64encode(json.dumps({"alg": '算法"\\\n'}).encode()).decode().rstrip("=")
    body = base64.urlsafe_b64encode(json.dumps({"sub": "keyed"}).encode()).decode().rstrip("=")
    fields = {"client_assertion": f"{header}.{body}.eA", "client_assertion_type": ASSERTION_TYPE}
    answer = world.post("token", urlencode({**world.token_request("asserted"), **fields}))
    assert error_of(answer, 401) == "invalid_client"
    assert ALLOWED.fullmatch(answer.json["error_description"])
    RelyingParty.register(world.sso, "signing", jwks=jwk_set(KEY))
    query = {**asked, "client_id": "signing", "redirect_uri": "https://signing.example.test/cb"}
    query["request"] = signed({"client_id": "signing", '名"': ["x"]}, KEY)
    location = world.browser.request("GET", f"{PORTAL}/o/authorize/?{urlencode(query)}", None).headers["Location"]
    sent = parse_qs(urlsplit(location).query)
    assert sent["error"] == ["invalid_request_object"]
    assert ALLOWED.fullmatch(sent["error_description"][0])


# The authorization endpoint ----------------------------------------------------------------------------------------

PAGE = "a page"
AUTHORIZE: Mapping[str, Row] = {
    "client_id": Row(PAGE, PAGE),
    "redirect_uri": Row(FINE, PAGE),
    "response_type": Row("invalid_request", "unsupported_response_type"),
    "scope": Row(FINE, "invalid_scope"),
    "state": Row(FINE, "invalid_request"),
    "nonce": Row(FINE, "invalid_request"),
    "code_challenge": Row("invalid_request", "invalid_request"),
    "code_challenge_method": Row("invalid_request", "invalid_request"),
    "prompt": Row(FINE, "invalid_request"),
    "max_age": Row(FINE, "invalid_request"),
    "display": Row(FINE, "invalid_request"),
    "response_mode": Row(FINE, "invalid_request"),
    "id_token_hint": Row(FINE, "invalid_request"),
    "claims": Row(FINE, "invalid_request"),
    "request": Row(FINE, "invalid_request_object"),
    "request_uri": Row(FINE, "invalid_request_uri"),
    "registration": Row(FINE, "registration_not_supported"),
    # Wishes, of which any value is fine until the whole request is too long to be kept.
    "login_hint": Row(FINE, "invalid_request"),
    "ui_locales": Row(FINE, "invalid_request"),
    "acr_values": Row(FINE, "invalid_request"),
    "of_somebody_else": Row(FINE, "invalid_request"),
}


def told(world: World, query: str) -> str | None:
    """The error that the site is told, :data:`PAGE`, or nothing when it gets its code."""
    answer = world.browser.request("GET", f"{PORTAL}/o/authorize/?{query}", None)
    if answer.status_int == 400:
        assert "Location" not in answer.headers
        return PAGE
    assert answer.status_int == 303, answer.text
    location = answer.headers["Location"]
    assert location.startswith(f"{world.rp.redirect_uri}?"), location
    sent = parse_qs(urlsplit(location).query)
    assert ("code" in sent) is ("error" not in sent)
    return sent.get("error", [None])[0]


@pytest.fixture(scope="module")
def asked(world: World) -> dict[str, str]:
    """A good request of somebody who is signed in."""
    query = urlsplit(world.rp.url(scope="openid profile")).query
    return {name: values[0] for name, values in parse_qs(query).items()}


@pytest.mark.parametrize(("name", "row"), AUTHORIZE.items(), ids=AUTHORIZE)
def test_a_parameter_of_an_authorization_request(world: World, asked: dict[str, str], name: str, row: Row) -> None:
    others = urlencode(without(asked, name))
    twice = PAGE if name in {"client_id", "redirect_uri"} else "invalid_request"
    assert told(world, others) == row.missing
    assert told(world, f"{others}&{name}=") == row.missing
    assert told(world, f"{others}&{name}={'x' * 9_000}") == row.long
    for value in ("%FF%FE", "%E4%B8", "%00"):
        assert told(world, f"{others}&{name}={value}") == twice
    assert told(world, f"{others}&{name}=x&{name}=x") == twice
    assert told(world, f"{name}=&{urlencode({name: 'x', **asked})}") == twice


# Userinfo ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        # RFC 6750, section 3.1: without any token there is no error code in the challenge.
        ("", (401, "")),
        ("access_token=", (401, "")),
        ("access_token=%FF", (401, "")),
        (f"access_token={LONG}", (401, "invalid_token")),
        ("access_token={token}&access_token={token}", (400, "invalid_request")),
        ("access_token=&access_token={token}", (400, "invalid_request")),
        ("access_token={token}", (200, "")),
    ],
    ids=range(7),
)
def test_the_token_in_a_userinfo_form(world: World, body: str, expected: tuple[int, str]) -> None:
    token = world.rp.redeem(world.rp.code(world.browser, scope="openid profile")).json["access_token"]
    answer = world.post("userinfo", body.replace("{token}", token))
    challenge = answer.headers.get("WWW-Authenticate", "")
    assert answer.status_int == expected[0], answer.text
    assert (f'error="{expected[1]}"' in challenge) if expected[1] else ("error=" not in challenge)
