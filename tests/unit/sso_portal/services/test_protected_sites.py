"""The rules of a site behind a proxy: what may be registered, and for whom it is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sso_portal.base.errors import Refused
from sso_portal.services.client_metadata import complete_metadata, parse_assignment
from sso_portal.services.protected_sites import ProtectedSite, plain_path, protected_site, site_address
from sso_portal.storage.users import User
from sso_testkit import SingleSignOn

WIKI = "https://wiki.example.test"
GOOD: dict[str, Any] = {
    "client_name": "Wiki",
    "redirect_uris": [f"{WIKI}/.sso/callback"],
    "forward_auth": {"address": WIKI},
}
ZP = User(1, "subject", "zp", "ZP", "zp@example.test", True, False, True, 0, 0, roles=["editor"])


def test_a_site_with_all_its_rules() -> None:
    given = {
        "address": f"{WIKI.upper().replace('HTTPS', 'https')}:443/",
        "public": ["/a/"],
        "people": ["ZP"],
        "roles": ["b"],
    }
    site = protected_site({**given, "headers": ["user"]})
    assert site == ProtectedSite(WIKI, ("/a/",), frozenset({"zp"}), frozenset({"b"}), ("user",))
    assert site.redirect_uri == f"{WIKI}/.sso/callback"
    assert protected_site({}) is None
    assert complete_metadata({**GOOD, "forward_auth": given | {"address": WIKI}})["forward_auth"]["people"] == ["ZP"]


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ({"adress": WIKI}, "has adress"),
        ({"public": []}, "address is"),
        *(
            ({"address": address}, "address is")
            for address in (
                "",
                7,
                "wiki.example.test",
                f"{WIKI}/wiki",
                f"{WIKI}?a",
                f"{WIKI}#a",
                "https://zp@wiki.example.test",
                "https://a b",
                "https://[::1",
                "ftp://wiki.example.test",
                "https://wiki.example.test:99999",
            )
        ),
        ({"address": WIKI, "public": "/"}, "public is a list"),
        ({"address": WIKI, "people": [""]}, "people is a list"),
        ({"address": WIKI, "roles": [1]}, "roles is a list"),
        *(
            ({"address": WIKI, "public": [path]}, "plain paths")
            for path in ("assets", "/a/../b", "//a", "/a%20b", "/中")
        ),
        ({"address": WIKI, "headers": ["shoe size"]}, "shoe size"),
    ],
)
def test_what_cannot_be_registered(value: dict[str, Any], problem: str) -> None:
    assert protected_site(value) is None
    with pytest.raises(Refused, match=f"^forward_auth: .*{problem}"):
        complete_metadata({**GOOD, "forward_auth": value})


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"redirect_uris": [f"{WIKI}/callback"]}, "registers https://wiki.example.test/.sso/callback"),
        ({"scope": "profile"}, "scope openid"),
        ({"response_types": []}, "response_type code"),
        ({"require_pushed_authorization_requests": True}, "remove require_pushed"),
        ({"require_signed_request_object": True}, "remove require_signed"),
    ],
)
def test_what_does_not_fit_together(changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(Refused, match=problem):
        complete_metadata({**GOOD, **changes})
    assert complete_metadata({**GOOD, **changes, "forward_auth": {}})


def test_two_clients_cannot_have_one_address(sso: SingleSignOn) -> None:
    sso.add_client("wiki", **GOOD)
    sso.edit_client("wiki", client_name="The wiki")
    with pytest.raises(Refused, match="is registered for wiki already"):
        sso.add_client("other", **{**GOOD, "forward_auth": {"address": f"{WIKI}:443"}})
    sso.add_client("other", **{**GOOD, "forward_auth": {}})
    with pytest.raises(Refused, match="is registered for wiki already"):
        sso.edit_client("other", forward_auth={"address": WIKI})


def test_the_command_lines_way_to_say_it() -> None:
    assert parse_assignment('forward_auth={"address": "https://a.test"}')[1] == {"address": "https://a.test"}


@pytest.mark.parametrize(
    ("people", "roles", "admitted"),
    [
        ((), (), True),
        (("zp",), (), True),
        (("lin",), (), False),
        ((), ("editor", "author"), True),
        ((), ("author",), False),
        (("lin",), ("editor",), True),
    ],
)
def test_for_whom_it_is(people: tuple[str, ...], roles: tuple[str, ...], admitted: bool) -> None:
    site = ProtectedSite(WIKI, people=frozenset(people), roles=frozenset(roles))
    assert site.admits(ZP) is admitted
    assert site.admits(replace(ZP, username="ZP")) is admitted


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("/", "/"),
        ("/a%20b?c=..", "/a b"),
        ("/a/..b/.c", "/a/..b/.c"),
        ("/a/..", None),
        ("/a/%2e/b", None),
        ("/a//b", None),
        ("/a;b", None),
        ("/a%5cb", None),
        ("/a%25", None),
        ("/a%0a", None),
        ("a", None),
        ("", None),
        ("/中", None),
    ],
)
def test_paths_that_every_server_reads_alike(uri: str, path: str | None) -> None:
    assert plain_path(uri) == path


@pytest.mark.parametrize(
    ("scheme", "host", "address"),
    [
        ("https", "Wiki.example.test:443", WIKI),
        ("http", "wiki.example.test:8080", "http://wiki.example.test:8080"),
        ("https", "[::1]:443", "https://[::1]"),
        ("https", "a/b", None),
        ("https", "a?b", None),
        ("https", "a@b", None),
        ("", "a", None),
        ("file", "a", None),
    ],
)
def test_addresses_in_their_normal_form(scheme: str, host: str, address: str | None) -> None:
    assert site_address(scheme, host) == address
