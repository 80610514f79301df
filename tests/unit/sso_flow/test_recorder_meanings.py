"""The two tables of meanings are complete, in both languages, and say where each is specified."""

from __future__ import annotations

import re

import pytest

from sso_flow.links import address_of
from sso_flow.meanings import _meanings, _purposes, meaning_of, purpose_of

_CHINESE = re.compile(r"[\u4e00-\u9fff]")
EXPLAINED = [
    *("response_type", "client_id", "redirect_uri", "state", "nonce", "code_challenge", "code_challenge_method"),
    *("scope", "prompt", "max_age", "acr_values", "code", "iss", "session_state", "id_token_hint", "logout_token"),
    *("post_logout_redirect_uri", "grant_type", "code_verifier", "refresh_token", "access_token", "id_token"),
    *("receipt", "csrf_token", "interaction", "next"),
]


@pytest.mark.parametrize("name", EXPLAINED)
def test_every_parameter_of_a_sign_in_is_explained(name: str) -> None:
    meaning = meaning_of(name)
    assert meaning is not None
    assert len(meaning.words.said("en")) >= 10


def test_both_languages_and_a_section_everywhere() -> None:
    for name, meaning in _meanings().items():
        assert not _CHINESE.search(meaning.words.english), name
        assert _CHINESE.search(meaning.words.chinese), name
        assert meaning.section == "portal" or address_of(meaning.section), name
    for purpose in _purposes():
        for words in (purpose.words, purpose.redirect, purpose.within, purpose.answer):
            assert not _CHINESE.search(words.english)
            assert _CHINESE.search(words.chinese)
        assert purpose.section in {"", "portal"} or address_of(purpose.section), purpose.section


@pytest.mark.parametrize(
    ("method", "url", "fields", "words"),
    [
        ("GET", "https://p.test/o/authorize/?x=1", {}, "Brings the site’s request"),
        ("GET", "https://p.test/o/authorize", {}, "Brings the site’s request"),
        ("POST", "https://p.test/o/token/", {"grant_type": "refresh_token"}, "next access token"),
        ("POST", "https://p.test/o/token/", {}, "Asks for tokens"),
        ("GET", "https://s.test/cb", {"code": "c", "state": "s"}, "Brings the code"),
        ("GET", "https://s.test/cb", {"error": "access_denied", "state": "s"}, "Brings the refusal"),
        ("POST", "https://s.test/anything", {"logout_token": "t"}, "session is over"),
        ("GET", "https://a.test/me", {"Authorization": "Bearer t"}, "Calls with a token"),
        ("GET", "https://s.test/", {}, "Asks for a page"),
        ("DELETE", "https://s.test/", {}, "Asks for a page"),
    ],
)
def test_what_a_request_is_for(method: str, url: str, fields: dict[str, str], words: str) -> None:
    assert words in purpose_of(method, url, fields).words.english


def test_sections_lead_to_their_text() -> None:
    assert address_of("RFC 7636, 4.3") == "https://www.rfc-editor.org/rfc/rfc7636#section-4.3"
    assert address_of("OpenID Connect Core, 2").startswith("https://openid.net/specs/openid-connect-core")
    assert address_of("portal") == ""
