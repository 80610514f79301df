"""What strangers send to a guarded API: refused clearly, never a fault of the server, never a flood for the portal."""

from __future__ import annotations

import base64
import hmac
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import webtest
from joserfc.jwk import import_key

from sso_testkit import Browser, SingleSignOn
from sso_testkit.clients import DpopKey, access_token_hash, key_for, signed, tokens_for
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL
from tests.support.guarded_apis import LESSONS, VIDEOS, WorldApi, add_guarded_api

KINDS = ("opaque", "jwt")


@pytest.fixture(scope="module")
def shared_browser(shared_sso: SingleSignOn) -> Browser:
    browser = shared_sso.browser()
    browser.open(f"{PORTAL}/o/login/")
    browser.sign_in("zp", "penadmin")
    return browser


@pytest.fixture(scope="module")
def apis(shared_sso: SingleSignOn) -> dict[str, WorldApi]:
    own = {"guard.check": "jwt"}
    return {
        "opaque": add_guarded_api(shared_sso, "lessons", LESSONS),
        "jwt": add_guarded_api(shared_sso, "videos", VIDEOS, settings=own, access_token_format="jwt"),
    }


@pytest.fixture(scope="module")
def tokens(shared_rp: RelyingParty, shared_browser: Browser, apis: dict[str, WorldApi]) -> dict[str, dict[str, Any]]:
    return {kind: tokens_for(shared_rp, shared_browser, api.address) for kind, api in apis.items()}


def encoded(part: Any) -> str:
    data = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def forgeries(sso: SingleSignOn, good: str) -> Iterator[tuple[str, str]]:
    """Tokens that were made from a good signed one."""
    head, body, signature = good.split(".")
    header = json.loads(base64.urlsafe_b64decode(head + "=="))
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    for none in ("none", "None", "NONE", "nOnE", ""):
        yield f"alg {none}", f"{encoded({**header, 'alg': none})}.{body}."
        yield f"alg {none}, signed", f"{encoded({**header, 'alg': none})}.{body}.{signature}"
    published = webtest.TestApp(sso.world).get(f"{PORTAL}/o/jwks/").json["keys"]
    public = import_key(next(key for key in published if key["kid"] == header["kid"]))
    for secret in (public.as_pem(private=False), json.dumps(public.as_dict(private=False)).encode()):
        text = f"{encoded({**header, 'alg': 'HS256'})}.{body}"
        yield "HS256 with the public key", f"{text}.{encoded(hmac.digest(secret, text.encode(), 'sha256'))}"
    own = key_for("ES256", "a stranger")
    yield "a key of her own", signed(claims, own, typ="at+jwt")
    yield "a key of her own by the portal's name", signed(claims, own, typ="at+jwt", kid=header["kid"])
    yield "a key of her own in the header", signed(claims, own, typ="at+jwt", jwk=own.as_dict(private=False), kid=None)
    yield "a key at her address", f"{encoded({**header, 'jku': 'https://evil.test/', 'kid': 'x'})}.{body}.{signature}"
    yield "more scope", f"{head}.{encoded({**claims, 'scope': 'all email'})}.{signature}"
    yield "no signature", f"{head}.{body}."
    yield "half a signature", good[:-20]
    yield "four parts", f"{good}.{signature}"
    yield "two parts", f"{head}.{body}"
    yield "an unknown critical member", f"{encoded({**header, 'crit': ['x'], 'x': 1})}.{body}.{signature}"


def test_forged_tokens(shared_sso: SingleSignOn, apis: dict[str, WorldApi], tokens: dict[str, dict[str, Any]]) -> None:
    good = tokens["jwt"]["access_token"]
    tried = list(forgeries(shared_sso, good))
    assert len(tried) > 20
    for name, forged in tried:
        for api in apis.values():
            answer = api.get(forged)
            assert (answer.status_int, answer.json["error"]) == (401, "invalid_token"), name
    assert apis["jwt"].get(good).status_int == 200


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("which", ["id_token", "refresh_token", "the other API's", "the site's secret", "a session"])
def test_what_is_no_access_token_for_it(
    apis: dict[str, WorldApi],
    tokens: dict[str, dict[str, Any]],
    shared_rp: RelyingParty,
    shared_browser: Browser,
    kind: str,
    which: str,
) -> None:
    other = tokens["jwt" if kind == "opaque" else "opaque"]["access_token"]
    (session,) = (value for name, value in shared_browser.cookies().items() if name.endswith("__Host-sso_session"))
    wrong = {
        "the other API's": other,
        "the site's secret": str(shared_rp.secret),
        "a session": session,
        **{name: tokens[kind][name] for name in ("id_token", "refresh_token")},
    }
    answer = apis[kind].get(wrong[which])
    assert 400 <= answer.status_int < 500
    assert "WWW-Authenticate" in answer.headers


RAW = {
    "not ASCII": "Bearer 密码",
    "not UTF-8": b"Bearer \xff\xfe\xfd".decode("latin-1"),
    "huge": "Bearer " + "A" * 8193,
    "enormous": "Bearer " + "A" * 3_000_000,
    "a huge JWT": "Bearer " + ".".join(["e30" * 900] * 3),
    "a NUL": "Bearer abc\0def",
    "two": "Bearer abc, Bearer def",
    "two in one": "Bearer abc def",
    "nothing": "Bearer",
    "spaces": "Bearer " + " " * 50_000,
    "only dots": "Bearer ..",
    "many dots": "Bearer " + "." * 5000,
    "deep": "Bearer " + encoded(b"[" * 5000) + ".e30.e30",
    "NaN": "Bearer " + encoded(b'{"typ": NaN}') + ".e30.e30",
    "a long number": "Bearer " + encoded(b'{"typ": ' + b"9" * 5000 + b"}") + ".e30.e30",
    "equals signs": "Bearer " + "=" * 500,
    "as DPoP": "DPoP abc",
    "another scheme": "Digest " + "x" * 100_000,
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", RAW)
def test_headers_of_every_kind(shared_sso: SingleSignOn, apis: dict[str, WorldApi], kind: str, name: str) -> None:
    value = RAW[name]
    raw = value.encode().decode("latin-1") if name == "not ASCII" else value
    http, api = webtest.TestApp(shared_sso.world, lint=False), apis[kind]
    answer = http.get(f"{api.address}/", extra_environ={"HTTP_AUTHORIZATION": raw}, status="*")
    assert answer.status_int in (400, 401)
    assert answer.content_type == "application/problem+json"
    assert "WWW-Authenticate" in answer.headers and answer.headers["WWW-Authenticate"].isascii()
    assert len(answer.body) < 1000, "what was sent does not come back"


@pytest.mark.parametrize(
    "query",
    ["access_token=x", "access_token", "a=1;access_token=x", "%61ccess_token=x", "access_token=x&access_token=y"],
)
def test_a_good_token_does_not_mend_one_in_the_address(
    apis: dict[str, WorldApi], tokens: dict[str, dict[str, Any]], query: str
) -> None:
    for sent in ("", tokens["opaque"]["access_token"]):
        answer = apis["opaque"].get(sent, f"/?{query}")
        assert (answer.status_int, answer.json["error"]) == (400, "invalid_request")


def test_strange_paths_and_bodies(
    shared_sso: SingleSignOn, apis: dict[str, WorldApi], tokens: dict[str, dict[str, Any]]
) -> None:
    api, http = apis["opaque"], webtest.TestApp(shared_sso.world, lint=False)
    send = {"Authorization": f"Bearer {tokens['opaque']['access_token']}"}
    for path in ("/health/../", "/health//mail", "/%2e%2e/mail", "/health%5c..%5cmail", "/health/%00"):
        assert api.get(path=path).status_int == 400, path
    for path in ("/%ff%fe", "/" + "x" * 20_000, "/%0d%0aSet-Cookie:x", "/healthy", "/HEALTH"):
        assert api.get(path=path).status_int == 401, path
    for body in (b"access_token", b"\xff\xfe=\xff", b"&" * 60_000, b"%", b"=" * 1000):
        answer = http.post(f"{api.address}/", body, headers=send, status="*")
        assert answer.status_int == (400 if body == b"access_token" else 200)


def test_ten_thousand_garbage_tokens(
    shared_sso: SingleSignOn, shared_rp: RelyingParty, shared_browser: Browser
) -> None:
    own = {"guard.cache_size": "200", "guard.calls_per_second": "50"}
    api = add_guarded_api(shared_sso, "flooded", "https://flooded.example.test", settings=own)
    good = tokens_for(shared_rp, shared_browser, api.address)["access_token"]
    assert api.get(good).status_int == 200
    asked: list[str] = []

    def counting(request: Any, go_on: Any) -> Any:
        if str(request.url).endswith("/o/introspect/"):
            asked.append(str(request.body))
        return go_on(request)

    shared_sso.world.interceptors.append(counting)
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "wsgi.url_scheme": "https"}
    statuses = {400: 0, 401: 0, 503: 0}
    api_app = api.guard.protect(lambda *_: pytest.fail("nobody is let in"))
    for number in range(10_000):
        garbage = f"{number:040d}" if number % 2 else f"{number}.{number}.{number}"

        def begun(status: str, headers: Any, *_: Any) -> None:
            statuses[int(status[:3])] += 1

        list(api_app({**environ, "HTTP_AUTHORIZATION": f"Bearer {garbage}"}, begun))
    shared_sso.world.interceptors.remove(counting)
    assert len(asked) == 49, "in one second the portal is asked as often as the API allows itself"
    assert statuses == {400: 0, 401: 5049, 503: 4951}
    assert len(api.guard.introspected.refused) <= 200
    assert api.get(good).status_int == 200, "who is known already does not notice"
    shared_sso.clock.advance(1)
    assert api.get(f"{1:040d}").status_int == 401


def test_one_proof_in_many_threads_is_taken_once(
    shared_sso: SingleSignOn, shared_rp: RelyingParty, shared_browser: Browser, apis: dict[str, WorldApi]
) -> None:
    api, key = apis["jwt"], DpopKey(shared_sso)
    token = shared_rp.redeem(shared_rp.code(shared_browser, resource=api.address), dpop=key).json["access_token"]
    proof = key.proof(key.claims("GET", f"{api.address}/", ath=access_token_hash(token), nonce=None))
    api.get()  # it is built
    statuses: list[int] = []
    together = threading.Barrier(12)

    def call() -> None:
        together.wait(10)
        statuses.append(api.get(token, scheme="DPoP", DPoP=proof).status_int)

    threads = [threading.Thread(target=call) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(statuses) == [200] + [401] * 11


def test_nobody_becomes_somebody_by_headers_of_her_own(shared_sso: SingleSignOn, apis: dict[str, WorldApi]) -> None:
    forged = {"sso.access": "zp", "HTTP_SSO_ACCESS": "zp", "HTTP_X_USERNAME": "zp", "REMOTE_USER": "zp"}
    http = webtest.TestApp(shared_sso.world, lint=False)
    assert http.get(f"{apis['jwt'].address}/", extra_environ=forged, status="*").status_int == 401
    assert http.get(f"{apis['jwt'].address}/health", extra_environ=forged).json == {"public": True}
