"""The recipe of a site that cannot be changed, with a real nginx in front of a static folder."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import requests

from tests.support.nginx import Nginx
from tests.support.served import Served

FORGED = {"Remote-User": "admin", "Remote-Name": "Admin", "Remote-Email": "a@b.c", "Remote-Groups": "admin"}


@dataclass(frozen=True)
class Behind:
    """A portal and a site behind nginx."""

    portal: Served
    nginx: Nginx

    def url(self, path: str) -> str:
        """An address of the site."""
        return f"{self.nginx.address}{path}"


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Behind]:
    folder = tmp_path_factory.mktemp("nginx")
    served = Served(folder, settings="sso.web.trusted_proxies = 127.0.0.1\n")
    nginx = Nginx(folder, portal_port=served.port, port=served.port + 1, program_port=served.port + 2)
    for place in ("index.html", "deep/page.html", "assets/open.txt", "bye.html"):
        (nginx.site / place).parent.mkdir(parents=True, exist_ok=True)
        (nginx.site / place).write_text(f"the wiki's {place}")
    client = {
        "client_id": "wiki",
        "client_name": "Wiki",
        "client_uri": f"{nginx.address}/",
        "redirect_uris": [f"{nginx.address}/.sso/callback"],
        "post_logout_redirect_uris": [f"{nginx.address}/bye.html"],
        "token_endpoint_auth_method": "none",
        "scope": "openid profile email roles",
        "consent": "silent",
        "forward_auth": {"address": nginx.address, "public": ["/assets/", "/bye.html"], "people": ["zp"]},
    }
    file = folder / "wiki.json"
    file.write_text(json.dumps([client]))
    served.command("client", "apply", str(file))
    served.command("user", "add", "lin", "--email", "lin@example.test", "--password-stdin", stdin="lin-demo-password\n")
    try:
        served.start()
        nginx.start()
        yield Behind(served, nginx)
    finally:
        nginx.stop()
        served.stop()


@pytest.fixture
def http() -> requests.Session:
    """A browser."""
    session = requests.Session()
    session.trust_env = False
    return session


def form_of(page: requests.Response) -> dict[str, str]:
    """The hidden fields of the page's form."""
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text.replace("&amp;", "&")))


def signed_in(behind: Behind, http: requests.Session, path: str, who: str = "zp") -> requests.Response:
    """Open a page of the site as somebody who has to sign in."""
    page = http.get(behind.url(path), timeout=30)
    assert page.url.startswith(f"{behind.portal.address}/o/login/"), page.url
    passwords = {"zp": "penadmin", "lin": "lin-demo-password"}
    fields = {**form_of(page), "username": who, "password": passwords[who]}
    return http.post(f"{behind.portal.address}/o/login/", data=fields, timeout=30)


def test_signing_in_and_out(behind: Behind, http: requests.Session) -> None:
    page = signed_in(behind, http, "/deep/page.html?a=1&b=%2F")
    assert (page.url, page.text) == (behind.url("/deep/page.html?a=1&b=%2F"), "the wiki's deep/page.html")
    again = http.get(behind.url("/"), timeout=30)
    assert (again.text, again.history) == ("the wiki's index.html", [])
    confirmation = http.get(behind.url("/.sso/sign-out"), timeout=30)
    assert confirmation.url.startswith(f"{behind.portal.address}/o/logout/")
    assert http.get(behind.url("/"), timeout=30).history == [], "nothing has happened yet"
    fields = {**form_of(confirmation), "decision": "sign_out"}
    goodbye = http.post(f"{behind.portal.address}/o/logout/", data=fields, timeout=30)
    assert (goodbye.url, goodbye.text) == (behind.url("/bye.html"), "the wiki's bye.html")
    closed = http.get(behind.url("/"), timeout=30)
    assert closed.url.startswith(f"{behind.portal.address}/o/login/")


def test_a_session_that_is_ended_elsewhere(behind: Behind, http: requests.Session) -> None:
    assert signed_in(behind, http, "/").text == "the wiki's index.html"
    for session in json.loads(behind.portal.command("session", "list", "zp", "--json")):
        if not session.get("ended_at"):
            behind.portal.command("session", "end", session["sid"])
    assert http.get(behind.url("/"), timeout=30).url.startswith(f"{behind.portal.address}/o/login/")


def test_the_program_is_told_who_it_is_and_a_forged_header_does_nothing(behind: Behind, http: requests.Session) -> None:
    stranger = http.get(behind.url("/app/"), headers=FORGED, timeout=30, allow_redirects=False)
    assert stranger.status_code == 303
    assert "admin" not in stranger.text
    signed_in(behind, http, "/app/")
    for headers in ({}, FORGED, {"Remote_User": "admin", "REMOTE-USER": "admin"}):
        assert http.get(behind.url("/app/"), headers=headers, timeout=30).text == "zp|zp|zp@example.test|"


def test_what_is_public_and_what_only_looks_so(behind: Behind, http: requests.Session) -> None:
    assert http.get(behind.url("/assets/open.txt"), timeout=30).text == "the wiki's assets/open.txt"
    for path in (
        "/assets/../index.html",
        "/assets/%2e%2e/index.html",
        "/assets/..%2Findex.html",
        "/assets//../index.html",
    ):
        request = requests.Request("GET", behind.url("/")).prepare()
        # Not as the library would tidy it up.
        request.url = behind.url(path)
        answer = http.send(request, allow_redirects=False, timeout=30)
        assert answer.status_code == 303, path
        assert "the wiki's" not in answer.text


def test_somebody_for_whom_it_is_not(behind: Behind, http: requests.Session) -> None:
    page = signed_in(behind, http, "/", "lin")
    assert page.status_code == 200
    assert page.url == f"{behind.portal.address}/o/site_refused/?client_id=wiki"
    assert "Wiki stays closed" in page.text


def test_pictures_are_not_led_to_the_sign_in_page(behind: Behind, http: requests.Session) -> None:
    headers = {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}
    answer = http.get(behind.url("/a.png"), headers=headers, timeout=30, allow_redirects=False)
    assert answer.status_code == 401


def test_the_inner_address_is_not_reached_from_outside(behind: Behind, http: requests.Session) -> None:
    assert http.get(behind.url("/.sso/check"), timeout=30, allow_redirects=False).status_code == 404


def test_a_large_form_is_not_shown_to_the_portal(behind: Behind, http: requests.Session) -> None:
    signed_in(behind, http, "/app/")
    assert http.post(behind.url("/app/"), data=b"x" * 500_000, timeout=30).text.startswith("zp|")


def test_without_the_portal_nothing_is_open(behind: Behind, http: requests.Session) -> None:
    signed_in(behind, http, "/")
    behind.portal.stop()
    try:
        for path in ("/", "/assets/open.txt", "/app/"):
            answer = http.get(behind.url(path), headers=FORGED, timeout=30, allow_redirects=False)
            assert answer.status_code == 500
            assert "the wiki's" not in answer.text
    finally:
        behind.portal.start()
    assert http.get(behind.url("/"), timeout=30).text == "the wiki's index.html"
