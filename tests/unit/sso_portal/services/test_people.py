"""People: who can be added, what is compared, what a check of a password costs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sso_portal.base.errors import Refused
from sso_portal.services.person_checks import checked_password, username_key
from sso_portal.services.users import PasswordCheck, User
from sso_portal.wiring import Portal


@given(st.text(max_size=200))
def test_a_key_is_the_key_of_its_shouted_and_padded_forms(name: str) -> None:
    assert username_key(f"  {name}\t") == username_key(name)
    assert username_key(name) == username_key(name).strip()


@pytest.mark.parametrize(
    ("one", "other"),
    [("zp", "ＺＰ"), ("straße", "STRASSE"), ("é", "e\u0301"), ("ﬁ", "fi"), ("张鹏", " 张鹏 ")],
)
def test_names_that_are_one(one: str, other: str) -> None:
    assert username_key(one) == username_key(other)


@pytest.mark.parametrize(("one", "other"), [("zp", "zр"), ("zp", "z p"), ("lin", "1in"), ("e", "é")])
def test_names_that_are_two(one: str, other: str) -> None:
    assert username_key(one) != username_key(other)


def test_a_person_without_a_name_is_called_by_her_user_name(portal: Portal) -> None:
    with portal.transaction() as unit:
        user = unit.users.add(" Zp ", email="zp@localhost", password="long enough", name="  ")
    assert (user.username, user.name, user.email_verified, user.is_enabled) == ("Zp", "Zp", False, True)
    assert (len(user.subject), user.created_at) == (22, portal.clock.now())


def test_subjects_do_not_tell_who_it_is(portal: Portal) -> None:
    with portal.transaction() as unit:
        users = [unit.users.add(f"user{n}", email="a@b.cd", password="long enough") for n in range(5)]
    assert len({user.subject for user in users}) == 5
    assert not any(user.username in user.subject for user in users)


@pytest.mark.parametrize(
    "fields",
    [
        {"username": "e\u0301" * 151},
        {"username": "\u0301".join("e" * 150), "email": "a@b.cd"},
        {"username": "ß" * 76},
        {"username": "a\u200bb"},
        {"name": "n" * 201},
        {"name": "a\x00b"},
        {"name": "two\nlines"},
        {"email": "e" * 250 + "@b.cd"},
        {"email": "a\x00@b.cd"},
        {"password_hash": "$argon2id$" + "x" * 250},
    ],
)
def test_what_would_not_fit_in_every_database_is_refused(portal: Portal, fields: dict[str, str]) -> None:
    given = {"username": "a", "email": "a@b.cd", "password": "long enough", **fields}
    with portal.transaction() as unit, pytest.raises(Refused):
        unit.users.add(given.pop("username"), **given)
    with portal.transaction() as unit:
        assert unit.users.all() == []


def test_the_longest_values_that_are_taken(portal: Portal) -> None:
    with portal.transaction() as unit:
        user = unit.users.add("u" * 150, email="e" * 249 + "@b.cd", name="名" * 200, password="p" * 1024)
        assert unit.users.check(unit.users.prepare_check("u" * 150), "p" * 1024) == user


@pytest.mark.parametrize("password", ["", "1234567", "x" * 1025])
def test_passwords_that_are_not_taken(password: str) -> None:
    with pytest.raises(Refused, match="8 to 1024"):
        checked_password(password)


@pytest.mark.parametrize("password", ["12345678", "        ", "密码密码密码密码", "x" * 1024])
def test_length_is_all_that_is_asked_of_a_password(password: str) -> None:
    assert checked_password(password) == password


def test_a_hash_from_elsewhere_signs_in_with_its_password(portal: Portal) -> None:
    foreign = portal.secret_hasher.hash("brought along")
    with portal.transaction() as unit:
        user = unit.users.add("zp", email="a@b.cd", password_hash=foreign)
        assert unit.users.check(unit.users.prepare_check("zp"), "brought along") == user
        assert unit.users.check(unit.users.prepare_check("zp"), foreign) is None


def test_a_new_password_voids_the_old_one(portal: Portal, zp: User) -> None:
    with portal.transaction() as unit:
        unit.users.set_password(zp, "another one")
        prepared = unit.users.prepare_check("zp")
        assert unit.users.check(prepared, "penadmin") is None
        assert unit.users.check(prepared, "another one") == zp
        with pytest.raises(Refused):
            unit.users.set_password(zp, "short")


def test_a_disabled_person_has_no_right_password(portal: Portal, zp: User) -> None:
    with portal.transaction() as unit:
        unit.users.set_enabled(zp, False)
        assert unit.users.check(unit.users.prepare_check("zp"), "penadmin") is None
        unit.users.set_enabled(zp, True)
        assert unit.users.check(unit.users.prepare_check("zp"), "penadmin") is not None


def test_nobody_is_checked_against_a_decoy(portal: Portal) -> None:
    with portal.transaction() as unit:
        assert unit.users.prepare_check("nobody") == PasswordCheck(None, None)
        for password in ("nobody has this password", "", "x" * 5000):
            assert unit.users.check(PasswordCheck(None, None), password) is None


def test_todays_hash_is_left_as_it_is(portal: Portal, zp: User) -> None:
    with portal.transaction() as unit:
        before = unit.users.prepare_check("zp")
        unit.users.refresh_hash(before, "penadmin")
        assert unit.users.prepare_check("zp") == before
