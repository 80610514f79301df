"""``sso-portal key``: the portal's own keys rotate, and one that leaked goes."""

from __future__ import annotations

import pytest

from tests.support.command_line import Run, answer, ready, refused, upgraded

__all__ = ["ready", "upgraded"]


def test_keys_rotate(ready: Run) -> None:
    before = {key["kid"] for key in answer(ready("key", "list", "--json"))}
    after = answer(ready("key", "rotate", "--json"))
    assert {key["kid"] for key in after if key["state"] == "published"} == before
    signing = [key for key in after if key["state"] == "signs"]
    assert sorted(key["algorithm"] for key in signing) == [
        "ECDH-ES",
        "ES256",
        "EdDSA",
        "PS256",
        "RS256",
        "RSA-OAEP-256",
    ]
    assert {key["generation"] for key in signing} == {2}
    assert answer(ready("key", "list", "--json")) == after


def test_keys_rotate_ahead(ready: Run) -> None:
    before = {key["kid"] for key in answer(ready("key", "list", "--json"))}
    after = answer(ready("key", "rotate", "--ahead", "--json"))
    assert {key["kid"] for key in after if key["state"] == "signs"} == before
    following = [key for key in after if key["state"] == "next"]
    assert len(following) == 6
    for key in following:
        assert key["signs_from"] == pytest.approx(key["created_at"] + 86_400, abs=10)
    assert {key["superseded_at"] for key in after} == {None, *(key["signs_from"] for key in following)}


def test_a_leaked_key_is_removed_once_another_signs(ready: Run) -> None:
    leaked = answer(ready("key", "list", "--json"))[0]["kid"]
    assert "sso-portal key rotate" in refused(ready("key", "remove", leaked))
    assert "There is no key x" in refused(ready("key", "remove", "x"))
    assert ready("key", "rotate").returncode == 0
    assert leaked in ready("key", "remove", leaked).stdout
    assert leaked not in ready("key", "list").stdout
    assert ready("db", "check").returncode == 0


@pytest.mark.parametrize("beginning", ["-J", "-h", "--", "--help"])
def test_a_key_may_begin_with_a_hyphen(ready: Run, beginning: str) -> None:
    kid = beginning.ljust(43, "k")
    assert f"There is no key {kid}" in refused(ready("key", "remove", kid))
    assert f"There is no key {kid}" in refused(ready("key", "remove", "--", kid))


def test_help_on_removing_a_key_is_still_an_option(ready: Run) -> None:
    assert "Forget a leaked key" in ready("key", "remove", "--help").stdout


def test_the_list_of_keys_is_a_table_with_words(ready: Run) -> None:
    ready("key", "rotate", "--ahead")
    lines = ready("key", "list").stdout.splitlines()
    assert lines[0].split()[:4] == ["kid", "algorithm", "generation", "state"]
    assert [line.split()[2:4] for line in lines[1:]] == [["2", "next"]] * 6 + [["1", "signs"]] * 6
