"""A refused request leaves the database as it was, row by row, and its refusal reads well to whoever asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import webob

from sso_testkit import Browser, SingleSignOn
from sso_testkit.relying_party import CHALLENGE, VERIFIER, RelyingParty
from sso_testkit.sso import PORTAL

FORM = "application/x-www-form-urlencoded"
MEGABYTE = "x" * 1_000_000
MANY = "&".join(f"f{number}=1" for number in range(1000))


@dataclass
class World:
    """One world for the whole table: what changes nothing can be shared."""

    sso: SingleSignOn
    rp: RelyingParty
    browser: Browser
    code: str

    def rows(self) -> dict[str, list[Any]]:
        with self.sso.portal.database.engine.connect() as connection:
            names = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars().all()
            # What is remembered of the refusal itself is no change of anything, nor that it is written once an hour.
            kept = [name for name in names if name not in {"trace_events", "audit_events", "used_once"}]
            return {name: connection.exec_driver_sql(f'SELECT * FROM "{name}"').all() for name in kept}


@pytest.fixture(scope="module")
def world(shared_sso: SingleSignOn, shared_rp: RelyingParty) -> World:
    browser = shared_sso.browser()
    browser.open(f"{PORTAL}/o/login/")
    browser.sign_in("zp", "penadmin")
    return World(shared_sso, shared_rp, browser, shared_rp.code(browser))


@pytest.fixture
def unchanged(world: World) -> Iterator[World]:
    """The world, whose rows are the same after the test."""
    before = world.rows()
    assert before["codes"]
    assert before["sessions"]
    yield world
    after = world.rows()
    assert [name for name in before if before[name] != after[name]] == []


GRANT = f"grant_type=authorization_code&redirect_uri=https%3A%2F%2Frp.example.test%2Fcb&code_verifier={VERIFIER}"
OWN = "client_id=rp&client_secret={secret}"
TOKEN_REFUSALS: dict[str, tuple[str, int, str]] = {
    "no client": (f"{GRANT}&code={{code}}", 401, "invalid_client"),
    "unknown client": (f"{GRANT}&code={{code}}&client_id=nobody&client_secret=x", 401, "invalid_client"),
    "wrong secret": (f"{GRANT}&code={{code}}&client_id=rp&client_secret=x", 401, "invalid_client"),
    "secret in half": (f"{GRANT}&code={{code}}&client_id=rp&client_secret={{half_secret}}", 401, "invalid_client"),
    "public client with no such code": (f"{GRANT}&code={{code}}&client_id=rp", 401, "invalid_client"),
    "half a code": (f"{GRANT}&{OWN}&code={{half_code}}", 400, "invalid_grant"),
    "code with more": (f"{GRANT}&{OWN}&code={{code}}x", 400, "invalid_grant"),
    "code in other case": (f"{GRANT}&{OWN}&code={{swapped_code}}", 400, "invalid_grant"),
    "code with a blank": (f"{GRANT}&{OWN}&code=+{{code}}", 400, "invalid_grant"),
    "hash instead of code": (f"{GRANT}&{OWN}&code={{code_hash}}", 400, "invalid_grant"),
    "wrong verifier": (f"{GRANT}x&{OWN}&code={{code}}", 400, "invalid_grant"),
    "challenge as verifier": (
        f"{GRANT.replace(VERIFIER, CHALLENGE)}&{OWN}&code={{code}}",
        400,
        "invalid_grant",
    ),
    "other redirect_uri": (f"{GRANT.replace('%2Fcb', '%2Fdb')}&{OWN}&code={{code}}", 400, "invalid_grant"),
    "code as refresh token": (f"grant_type=refresh_token&{OWN}&refresh_token={{code}}", 400, "invalid_grant"),
    "no grant type": (f"{OWN}&code={{code}}", 400, "invalid_request"),
    "unknown grant type": (f"grant_type=begging&{OWN}", 400, "unsupported_grant_type"),
    "implicit is no grant here": (f"grant_type=implicit&{OWN}", 400, "unsupported_grant_type"),
    "doubled code": (f"{GRANT}&{OWN}&code={{code}}&code={{code}}", 400, "invalid_request"),
    "doubled grant type": (f"{GRANT}&{OWN}&code={{code}}&grant_type=refresh_token", 400, "invalid_request"),
    "doubled client": (f"{GRANT}&{OWN}&code={{code}}&client_id=rp", 400, "invalid_request"),
    "invalid UTF-8": (f"{GRANT}&{OWN}&code={{code}}%ff", 400, "invalid_request"),
    "NUL": (f"{GRANT}&{OWN}&code={{code}}%00", 400, "invalid_request"),
    "invalid UTF-8 in a name": (f"{GRANT}&{OWN}&code={{code}}x&%ff=1", 400, "invalid_grant"),
    "a thousand fields": (f"{GRANT}&{OWN}&code={{code}}&{MANY}", 400, "invalid_request"),
    "a megabyte": (f"{GRANT}&{OWN}&code={{code}}&x={MEGABYTE}", 413, "invalid_request"),
    "line feeds": (f"{GRANT}&{OWN}&code={{half_code}}%0d%0aX-Injected: 1", 400, "invalid_grant"),
}


def filled(world: World, body: str) -> str:
    secret = str(world.rp.secret)
    (code_hash,) = (row[0] for row in world.rows()["codes"])
    return body.format(
        code=world.code,
        half_code=world.code[:21],
        swapped_code=world.code.swapcase(),
        code_hash=code_hash,
        secret=secret,
        half_secret=secret[:21],
    )


@pytest.mark.parametrize(("body", "status", "error"), TOKEN_REFUSALS.values(), ids=TOKEN_REFUSALS)
def test_a_refused_token_request(unchanged: World, body: str, status: int, error: str) -> None:
    answer = unchanged.rp.http().post(f"{PORTAL}/o/token/", filled(unchanged, body), content_type=FORM, status="*")
    assert (answer.status_int, answer.json["error"]) == (status, error)
    assert answer.content_type == "application/json"
    assert answer.json["trace_id"] == answer.headers["X-Request-Id"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert "X-Injected" not in answer.headers
    assert ("WWW-Authenticate" in answer.headers) is (status == 401)
    for secret in (unchanged.code, str(unchanged.rp.secret), VERIFIER):
        assert secret not in answer.text


@pytest.mark.parametrize(
    ("method", "query", "content_type", "status"),
    [
        ("GET", "", FORM, 405),
        ("PUT", "", FORM, 405),
        ("DELETE", "", FORM, 405),
        ("POST", "code=x", FORM, 400),
        ("POST", "grant_type=authorization_code", FORM, 400),
        ("POST", "&", FORM, 400),
        ("POST", "", "application/json", 400),
        ("POST", "", "text/plain", 400),
        ("POST", "", "multipart/form-data; boundary=b", 400),
        ("POST", "", "", 400),
        ("POST", "x" * 20_000, FORM, 414),
    ],
)
def test_a_token_request_of_a_wrong_kind(
    unchanged: World, method: str, query: str, content_type: str, status: int
) -> None:
    body = filled(unchanged, f"{GRANT}&{OWN}&code={{code}}").encode()
    request = webob.Request.blank(f"{PORTAL}/o/token/?{query}" if query else f"{PORTAL}/o/token/", method=method)
    request.environ["CONTENT_TYPE"] = content_type
    request.body = body
    answer = request.get_response(unchanged.sso.portal_app)
    assert answer.status_int == status
    assert answer.json["error"] == "invalid_request"
    assert answer.json["trace_id"] == answer.headers["X-Request-Id"]
    assert unchanged.code not in answer.text


UNREGISTERED = [
    "https://rp.example.test/cb/",
    "https://rp.example.test//cb",
    "https://rp.example.test/cb/.",
    "https://rp.example.test/x/../cb",
    "https://rp.example.test/%2e%2e/cb",
    "https://rp.example.test/cb%2F",
    "https://rp.example.test/c%62",
    "https://rp.example.test/Cb",
    "https://rp.example.test/cb;a=b",
    "https://rp.example.test/cb?",
    "https://rp.example.test/cb?a=b",
    "https://rp.example.test/cb#a",
    "https://rp.example.test/cb ",
    " https://rp.example.test/cb",
    "https://rp.example.test/cb\t",
    "https://rp.example.test/cb\r\nLocation: https://evil.example/",
    "https://rp.example.test./cb",
    "https://rp.EXAMPLE.test/cb",
    "https://rp.example.test:443/cb",
    "https://rp.example.test:0443/cb",
    "https://rp.example.test:8443/cb",
    "https://@rp.example.test/cb",
    "https://zp:x@rp.example.test/cb",
    "https://rp.example.test@evil.example/cb",
    "https://evil.example/https://rp.example.test/cb",
    "https://evil.example#@rp.example.test/cb",
    "https://evil.example\\@rp.example.test/cb",
    "https://rp.example.test%00.evil.example/cb",
    "http://rp.example.test/cb",
    "Https://rp.example.test/cb",
    "https:/rp.example.test/cb",
    "https:rp.example.test/cb",
    "//rp.example.test/cb",
    "https://rp。example。test/cb",
    "https://ｒｐ.example.test/cb",
    "data:text/html,x",
    "javascript:alert(1)//https://rp.example.test/cb",
    "x" * 3000,
]


@pytest.mark.parametrize("uri", UNREGISTERED, ids=range(len(UNREGISTERED)))
@pytest.mark.parametrize("changes", [{}, {"prompt": "none"}, {"response_type": "nonsense"}], ids=str)
def test_a_signed_in_person_is_not_sent_to_an_unregistered_address(
    unchanged: World, uri: str, changes: dict[str, str]
) -> None:
    answer = unchanged.browser.request("GET", unchanged.rp.url(redirect_uri=uri, **changes), None)
    assert answer.status_int == 400
    assert answer.content_type == "text/html"
    assert "Location" not in answer.headers
    assert "Refresh" not in answer.headers
    assert uri[:2000] in [shown.get_text() for shown in answer.html.find_all("dd")]
    assert answer.html.find(id="trace").get_text() == answer.headers["X-Request-Id"]
    assert "not registered" in answer.text


@pytest.mark.parametrize("client_id", ["nobody", "RP", "rp ", "rp%00", "r" * 3000, None])
def test_a_signed_in_person_is_not_sent_anywhere_for_an_unknown_client(unchanged: World, client_id: str | None) -> None:
    answer = unchanged.browser.request("GET", unchanged.rp.url(client_id=client_id), None)
    assert answer.status_int == 400
    assert "Location" not in answer.headers
    assert (client_id or "–")[:2000] in [shown.get_text() for shown in answer.html.find_all("dd")]


FAULTS: dict[str, tuple[dict[str, str | None], str]] = {
    "no response type": ({"response_type": None}, "invalid_request"),
    "unknown response type": ({"response_type": "barcode"}, "unsupported_response_type"),
    "response type of others": ({"response_type": "none"}, "unauthorized_client"),
    "unknown scope": ({"scope": "openid root"}, "invalid_scope"),
    "bad prompt": ({"prompt": "now"}, "invalid_request"),
    "none with others": ({"prompt": "none consent"}, "invalid_request"),
    "no PKCE": ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
    "plain": ({"code_challenge_method": "plain"}, "invalid_request"),
    "method alone": ({"code_challenge": None}, "invalid_request"),
    "malformed challenge": ({"code_challenge": "x" * 42}, "invalid_request"),
    "request object": ({"request": "e30.e30."}, "invalid_request_object"),
    "request_uri": ({"request_uri": "https://evil.example/r"}, "invalid_request_uri"),
    "registration": ({"registration": "{}"}, "registration_not_supported"),
    "bad max_age": ({"max_age": "soon"}, "invalid_request"),
}


@pytest.mark.parametrize("mode", [None, "query", "fragment", "form_post"])
@pytest.mark.parametrize(("changes", "error"), FAULTS.values(), ids=FAULTS)
def test_other_faults_issue_nothing_and_go_back_the_way_the_site_asked(
    unchanged: World, changes: dict[str, str | None], error: str, mode: str | None
) -> None:
    answer = unchanged.browser.request("GET", unchanged.rp.url(**changes, response_mode=mode), None)
    if mode == "form_post":
        form = answer.html.find("form", attrs={"data-submit": True})
        assert form["action"] == unchanged.rp.redirect_uri
        sent = {field["name"]: field["value"] for field in form.find_all("input")}
    else:
        separator = "#" if mode == "fragment" else "?"
        address, found, answered = answer.headers["Location"].partition(separator)
        assert (address, found) == (unchanged.rp.redirect_uri, separator)
        sent = dict(webob.Request.blank(f"/?{answered}").GET)
    assert sent["error"] == error
    assert (sent["state"], sent["iss"]) == ("the-state", PORTAL)
    assert "code" not in sent


@pytest.mark.parametrize("name", ["state", "scope", "nonce", "code_challenge", "code_challenge_method", "max_age", "x"])
def test_a_doubled_parameter_issues_nothing(unchanged: World, name: str) -> None:
    url = unchanged.rp.url(max_age="600", x="1") + f"&{name}=twice"
    location = unchanged.browser.request("GET", url, None).headers["Location"]
    assert location.startswith(f"{unchanged.rp.redirect_uri}?error=invalid_request&")


PERSONS: dict[str, tuple[str, str, str, int]] = {
    "sign-in, a megabyte": ("POST", "/o/login/", f"username=zp&password={MEGABYTE}", 413),
    "sign-in, a thousand fields": ("POST", "/o/login/", MANY, 400),
    "sign-in, foreign form": ("POST", "/o/login/", "username=zp&password=penadmin&csrf_token=made-up", 200),
    "sign-in, bytes": ("POST", "/o/login/", "username=%ff&password=%00&csrf_token=%fe", 200),
    "consent, foreign form": ("POST", "/o/authorize/?client_id=rp", "decision=allow", 303),
    "consent, a megabyte": ("POST", "/o/authorize/", f"decision=allow&x={MEGABYTE}", 413),
    "consent, a thousand fields": ("POST", "/o/authorize/", f"decision=allow&{MANY}", 400),
    "sign-out, foreign form": ("POST", "/o/logout/", "decision=sign_out", 200),
    "sign-out, a thousand fields": ("POST", "/o/logout/", f"decision=sign_out&{MANY}", 400),
    "long address": ("GET", f"/o/login/?next=/{'x' * 20_000}", "", 414),
    "unknown page": ("GET", "/admin.php", "", 404),
    "wrong method": ("DELETE", "/o/login/", "", 405),
}


@pytest.mark.parametrize(("method", "path", "body", "status"), PERSONS.values(), ids=PERSONS)
def test_a_persons_wrong_request(unchanged: World, method: str, path: str, body: str, status: int) -> None:
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in unchanged.browser.jar)
    request = webob.Request.blank(PORTAL + path, method=method, headers={"Cookie": cookies})
    request.environ["CONTENT_TYPE"] = FORM
    request.body = body.encode()
    answer = request.get_response(unchanged.sso.portal_app)
    assert answer.status_int == status
    if status != 303:
        assert answer.content_type == "text/html"
        assert "penadmin" not in answer.text
    if status >= 400:
        assert answer.headers["X-Request-Id"] in answer.text
        assert 'href="/"' in answer.text, "always a way out"


def test_the_comparison_sees_a_single_new_row(world: World) -> None:
    before = world.rows()
    world.rp.code(world.browser)
    assert world.rows()["codes"] != before["codes"]
    with world.sso.portal.database.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM codes WHERE code_hash != ?", (before["codes"][0][0],))
    assert world.rows()["codes"] == before["codes"]
