"""No secret is shown by the recorder, whatever it is called and wherever it stands."""

from __future__ import annotations

import pytest

from sso_flow.values import shown, shown_address, shown_cookie, shown_credentials, shown_name, shown_path, shown_text

SECRET = "q7W" + "hT3kZ9" * 6 + "mB2x"


@pytest.mark.parametrize(
    "name",
    [
        *("code", "state", "nonce", "access_token", "refresh_token", "id_token", "id_token_hint", "logout_token"),
        *("code_verifier", "code_challenge", "client_assertion", "device_code", "receipt", "interaction", "csrf_token"),
        *("session_state", "request", "request_uri", "response", "sid", "registration_access_token", "api_key"),
        *("a_name_that_nobody_knows",),
    ],
)
def test_a_long_secret_is_its_beginning_and_its_length(name: str) -> None:
    assert shown(name, SECRET) == "q7W…(43)"


@pytest.mark.parametrize("name", ["password", "client_secret", "new_password", "user_code", "pin", "otp_code"])
def test_of_what_people_type_only_the_length_is_shown(name: str) -> None:
    assert shown(name, "penadmin and twenty more signs") == "…(30)"


def test_a_short_secret_shows_nothing_of_itself() -> None:
    assert shown("code", "abc123") == "…(6)"
    assert shown("state", "") == ""


def test_what_is_no_secret_is_shown() -> None:
    assert shown("scope", "openid profile email") == "openid profile email"
    assert shown("redirect_uri", "https://shop.test/sso/callback") == "https://shop.test/sso/callback"
    assert shown("acr", "urn:sso-portal:acr:password") == "urn:sso-portal:acr:password"
    assert shown("grant_type", "urn:ietf:params:oauth:grant-type:device_code").endswith("device_code")
    assert shown("max_age", "300") == "300"


def test_addresses_keep_names_and_lose_values() -> None:
    address = f"https://me:{SECRET}@shop.test/a/{SECRET}/b?code={SECRET}#access_token={SECRET}"
    assert shown_address(address) == "https://shop.test/a/…/b?code=…&access_token=…"
    assert shown("next", f"/o/authorize/?state={SECRET}") == "/o/authorize/?state=…"
    assert shown_address("https://shop.test/?a=1&b=2&c=3&d=4") == "https://shop.test/?a=…&b=…&c=…&…"
    assert SECRET not in shown_address(f"https://[{SECRET}")
    assert SECRET not in shown_address(f"https://shop.test/?{SECRET}")


def test_paths_lose_what_looks_drawn_at_random() -> None:
    assert shown_path(f"/o/logout/receipt/{SECRET}") == "/o/logout/receipt/…"
    assert shown_path("/.well-known/openid-configuration") == "/.well-known/openid-configuration"
    assert shown_path("/sso/backchannel-logout") == "/sso/backchannel-logout"


def test_cookies_and_credentials() -> None:
    assert shown_cookie(f"sso_session={SECRET}; Path=/; HttpOnly; Expires=Thu") == "sso_session=…(43); Path=/; HttpOnly"
    assert shown_cookie("sso_shop_attempt_rh5IqAJI_uhCvbHcWFxE2=1") == "sso_shop_attempt_rh5IqAJI_uhCvbHcWFxE2=…(1)"
    assert shown_cookie("sso_shop_attempt_rh5IqAJI_uhCvbHcWFxE2a=1") == "sso_shop_attempt_…=…(1)"
    assert shown_credentials(f"Bearer {SECRET}") == "Bearer q7W…(43)"
    assert shown_credentials(SECRET) == "q7W…(43)"


def test_a_name_that_is_a_secret_is_treated_as_one() -> None:
    assert shown_name(SECRET) == "q7W…(43)"
    assert shown_name("code_challenge_method") == "code_challenge_method"


@pytest.mark.parametrize("name", ["Cookie", "CODE", "x_token", "some_password", "Client_Secret"])
def test_names_that_nobody_specified_are_taken_for_what_they_look_like(name: str) -> None:
    assert shown(name, SECRET) in {"q7W…(43)", "…(43)"}


def test_a_signed_token_is_hidden_wherever_it_stands() -> None:
    token = f"eyJhbGciOiJFUzI1NiJ9.{SECRET}.{SECRET}"
    assert shown_text(f"it was {token} then") == f"it was eyJ…({len(token)}) then"
    assert shown("remark", f"it was {token} then") == f"it was eyJ…({len(token)}) then"
    assert shown_text("really? yes #1") == "really? yes #1"


def test_what_is_hostile_stays_short_and_visible() -> None:
    assert shown("scope", "a b " * 100).endswith("…(400)")
    assert shown("scope", "a\x00\u202eb\n") == "a��b�"


@pytest.mark.parametrize("length", [22, 43])
def test_what_is_drawn_from_letters_and_digits_and_has_no_digit_is_a_secret_too(length: int) -> None:
    drawn = ("aBcDEfgHiJKlmNopQRstUVwxYZ" * 2)[:length]
    assert drawn not in shown("what", drawn)
    assert drawn not in shown_text(f"begun in {drawn} today")


@pytest.mark.parametrize("word", ["internationalisation_etc", "Donaudampfschifffahrtsgesellschaft", "A" * 30])
def test_a_long_word_is_a_word(word: str) -> None:
    assert shown("what", word) == word
