"""Access tokens that an API checks by itself (RFC 9068 section 4)."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from sso_client.guard import Access, Rule
from tests.unit.sso_client.guarded_api import AskedProvider, GuardedApi, challenge
from tests.unit.sso_client.provider import MovableClock


def test_a_good_token(api: GuardedApi, asked: AskedProvider) -> None:
    answer = api.get(asked.access_token())
    assert (answer.status_int, answer.json) == (200, {"subject": "u-1", "username": ""})
    assert asked.asked == [], "a signed token is not asked about"


def seen(api: GuardedApi, token: str, scope: str = "") -> Access:
    return api.guard.check({"HTTP_AUTHORIZATION": f"Bearer {token}", "REQUEST_METHOD": "GET"}, scope)


def test_what_an_api_learns(api: GuardedApi, asked: AskedProvider, clock: MovableClock) -> None:
    token = asked.access_token(acr="1", preferred_username="zp")
    access = seen(api, token)
    assert (access.subject, access.username, access.client_id) == ("u-1", "zp", "talent-center")
    assert access.scopes == {"learning.read", "profile"}
    assert access.has("learning.read") and access.has("profile learning.read")
    assert not access.has("learning.write") and not access.has("learning.read learning.write")
    assert (access.expires_at, access.claims["acr"], access.is_person) == (clock.now() + 300, "1", True)
    assert access.token == token and token not in repr(access) and token[-20:] not in repr(access)
    assert access.reference in repr(access) and access.reference not in token


@pytest.mark.parametrize("exp", [10**400, float("1e300")])
def test_a_token_that_never_ends(api: GuardedApi, asked: AskedProvider, exp: float) -> None:
    assert seen(api, asked.access_token(exp=exp)).expires_at == 2**53


def test_a_client_that_speaks_for_itself(api: GuardedApi, asked: AskedProvider) -> None:
    access = seen(api, asked.access_token(sub="night-job", client_id="night-job"))
    assert (access.subject, access.is_person) == ("night-job", False)


def test_one_of_several_audiences_and_names(asked: AskedProvider) -> None:
    api = GuardedApi(asked, other_names="https://user-api.example.test/v1")
    assert api.get(asked.access_token(aud=["project_api", "user_api"])).status_int == 200
    assert api.get(asked.access_token(aud="https://user-api.example.test/v1")).status_int == 200
    assert api.get(asked.access_token(aud="https://user-api.example.test")).status_int == 401


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"iss": "https://other.example.test"}, "another issuer"),
        ({"iss": None}, "another issuer"),
        ({"aud": "project_api"}, "something else"),
        ({"aud": None}, "something else"),
        ({"aud": []}, "something else"),
        ({"aud": [["user_api"]]}, "something else"),
        ({"aud": {"user_api": 1}}, "something else"),
        ({"exp": None}, "missing or not a number"),
        ({"exp": "tomorrow"}, "missing or not a number"),
        ({"exp": True}, "missing or not a number"),
        ({"iat": 10**400}, "made in the future"),
        ({"iat": None}, "missing or not a number"),
        ({"nbf": []}, "missing or not a number"),
        ({"sub": None}, "no sub"),
        ({"sub": 7}, "no sub"),
        ({"client_id": None}, "no client_id"),
    ],
)
def test_claims_that_are_refused(api: GuardedApi, asked: AskedProvider, changes: dict[str, Any], words: str) -> None:
    answer = api.get(asked.access_token(**changes))
    assert answer.status_int == 401
    assert 'error="invalid_token"' in challenge(answer)
    assert words in answer.json["detail"]


@pytest.mark.parametrize(
    ("name", "seconds", "status"),
    [("exp", -30, 401), ("exp", -29, 200), ("nbf", 30, 200), ("nbf", 31, 401), ("iat", 30, 200), ("iat", 31, 401)],
)
def test_clocks_may_be_apart_by_the_leeway(
    api: GuardedApi, asked: AskedProvider, clock: MovableClock, name: str, seconds: int, status: int
) -> None:
    assert api.get(asked.access_token(**{name: clock.now() + seconds})).status_int == status


@pytest.mark.parametrize("kind", ["JWT", "logout+jwt", "dpop+jwt"])
def test_another_kind_of_token(api: GuardedApi, asked: AskedProvider, kind: str) -> None:
    answer = api.get(asked.access_token({"typ": kind}))
    assert (answer.status_int, "not an access token" in answer.json["detail"]) == (401, True)


@pytest.mark.parametrize(
    "header",
    [b'{"alg": "ES256"}', b'{"alg": "ES256", "typ": 7}', b'{"typ": ["at+jwt"]}', b"[]", b"7", b"", b"\xff", b"[" * 6000]
    + [b'{"typ": "at+jwt", "alg": %s}' % alg for alg in (b"null", b"7", b'["ES256"]', b'"none"', b'"HS256"', b"{}")]
    + [b'{"typ": "at+jwt", "alg": "ES256", "kid": 7}', b'{"typ": "at+jwt", "alg": "ES256", "crit": ["x"], "x": 1}'],
)
def test_headers_that_make_no_sense(api: GuardedApi, asked: AskedProvider, header: bytes) -> None:
    _, body, signature = asked.access_token().split(".")
    head = base64.urlsafe_b64encode(header).decode().rstrip("=")
    assert api.get(f"{head}.{body}.{signature}").status_int == 401


def test_the_long_name_of_the_kind(api: GuardedApi, asked: AskedProvider) -> None:
    assert api.get(asked.access_token({"typ": "application/AT+JWT"})).status_int == 200


def test_forgeries(api: GuardedApi, asked: AskedProvider) -> None:
    claims = asked.claims_for_api()
    head, body, signature = asked.access_token().split(".")
    richer = base64.urlsafe_b64encode(json.dumps({**claims, "scope": "all"}).encode()).decode().rstrip("=")
    stranger = AskedProvider(asked.clock)
    for forged in (
        asked.unsigned(claims, typ="at+jwt"),
        asked.signed_with_public_key(claims, typ="at+jwt"),
        f"{head}.{richer}.{signature}",
        f"{head}.{body}.",
        f"{head}.{body}.{signature[:-4]}AAAA",
        stranger.access_token(),
    ):
        answer = api.get(forged)
        assert (answer.status_int, 'error="invalid_token"' in challenge(answer)) == (401, True), forged


def test_the_longest_token(api: GuardedApi, asked: AskedProvider) -> None:
    room = (8192 - len(asked.access_token(more=""))) * 3 // 4
    longest, longer = asked.access_token(more="x" * (room - 8)), asked.access_token(more="x" * (room + 8))
    assert 8100 < len(longest) <= 8192 < len(longer)
    assert api.get(longest).status_int == 200
    refused = api.get(longer)
    assert (refused.status_int, "longer than 8192" in refused.json["detail"]) == (401, True)


def test_an_allow_list_of_algorithms(asked: AskedProvider) -> None:
    api = GuardedApi(asked, algorithms="RS256")
    assert api.get(asked.access_token()).status_int == 401
    assert asked.calls["/jwks"] == 0


def test_an_api_for_signed_tokens_only(asked: AskedProvider) -> None:
    api = GuardedApi(asked, check="jwt")
    assert api.get(asked.access_token()).status_int == 200
    assert api.get("A" * 43).status_int == 401
    assert asked.asked == []


def test_scopes_by_method_and_path(api: GuardedApi, asked: AskedProvider) -> None:
    reader, writer = asked.access_token(), asked.access_token(scope="learning.write")
    send = {"Authorization": f"Bearer {reader}"}
    assert api.http.post("/lessons", headers=send, status=403).json["scope"] == "learning.write"
    assert api.http.post("/lessons/7", headers={"Authorization": f"Bearer {writer}"}).status_int == 200
    assert api.http.head("/lessons/7", headers=send).status_int == 200
    assert api.get(writer).status_int == 403
    assert api.get(writer, "/lessons-of-others").status_int == 200, "no rule is about it, any token will do"
    assert api.get(path="/lessons-of-others").status_int == 401
    assert api.get(path="/health").json is None


@pytest.mark.parametrize(
    "path", ["/health/../lessons", "/health//lessons", "//lessons", "/./lessons", "/health/%2e%2e/lessons"]
)
def test_paths_that_could_be_read_in_two_ways(api: GuardedApi, path: str) -> None:
    assert api.get(path=path).status_int == 400


def test_without_rules_everything_needs_a_token(asked: AskedProvider) -> None:
    api = GuardedApi(asked, rules=())
    assert api.get(path="/").status_int == 401
    assert api.get(asked.access_token(scope=None), "/").status_int == 200
    assert GuardedApi(asked, rules=[Rule("/", public=True)]).get(path="/a/b").status_int == 200
