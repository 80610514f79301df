"""The profile: what each claim may be, how changes are made, and that two at once do not undo each other."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sso_portal.base.errors import Refused
from sso_portal.services.profile import ADDRESS, PROFILE, changed_profile, checked_roles, parse_assignments
from sso_portal.services.users import User
from sso_portal.wiring import Portal
from sso_testkit import MovableClock
from sso_testkit.together import together
from tests.support.records import WHOLE_PROFILE

GOOD = [
    ("given_name", "María José"),
    ("gender", "nonbinary"),
    ("profile", "https://a.test/~me?x=1#top"),
    ("picture", "http://a.test/p.png"),
    ("birthdate", "1986"),
    ("birthdate", "0000-02-29"),
    ("birthdate", "2000-02-29"),
    ("zoneinfo", "Europe/Paris"),
    ("zoneinfo", "UTC"),
    ("locale", "zh"),
    ("locale", "zh-Hans-CN"),
    ("locale", "es-419"),
    ("locale", "de-CH-1901"),
    ("locale", "en-GB-u-ca-gregory-x-mine"),
    ("phone_number", "+16502530000"),
    ("phone_number", "+8613900000001;ext=12"),
    ("address", {"formatted": "one\ntwo", "country": "CN"}),
]
BAD = [
    ("given_name", "two\nlines"),
    ("given_name", "n" * 201),
    ("nickname", "\x00"),
    ("nickname", 7),
    ("nickname", ["a"]),
    ("profile", "ftp://a.test/"),
    ("profile", "javascript:alert(1)"),
    ("profile", "#top"),
    ("website", "/mine"),
    ("website", "https://a.test/" + "x" * 2000),
    ("picture", "https://u:p@a.test/"),
    ("birthdate", "0000"),
    ("birthdate", "1986-02-30"),
    ("birthdate", "2001-02-29"),
    ("birthdate", "12.04.1986"),
    ("birthdate", "１９８６"),
    ("birthdate", "1986-04-12\n"),
    ("zoneinfo", "Asia"),
    ("zoneinfo", "../etc/passwd"),
    ("zoneinfo", "localtime"),
    ("zoneinfo", "China Standard Time"),
    ("locale", "zh_CN"),
    ("locale", "chinese, please"),
    ("locale", "zh-CN\n"),
    ("phone_number", "13900000001"),
    ("phone_number", "+0123456789"),
    ("phone_number", "+86 139 0000 0001"),
    ("phone_number", "+1234567890123456"),
    ("phone_number_verified", "true"),
    ("phone_number_verified", 1),
    ("phone_number_verified", True),
    ("address", "a street"),
    ("address", ["a street"]),
    ("address", {"planet": "Mars"}),
    ("address", {"country": "C\nN"}),
    ("address", {"country": 1}),
    ("address", {"formatted": "x" * 1001}),
    ("sub", "another"),
    ("roles", ["administrator"]),
    ("", "x"),
]


@pytest.mark.parametrize(("name", "value"), GOOD)
def test_values_that_are_taken(name: str, value: Any) -> None:
    assert changed_profile({}, {name: value}) == {name: value}


@pytest.mark.parametrize(("name", "value"), BAD)
def test_values_that_are_refused_in_one_sentence_that_names_the_claim(name: str, value: Any) -> None:
    with pytest.raises(Refused) as refusal:
        changed_profile({}, {name: value})
    sentence = str(refusal.value)
    assert sentence.startswith(name)
    assert sentence.endswith(".")
    assert "\n" not in sentence


def test_every_claim_at_once() -> None:
    assert changed_profile({}, WHOLE_PROFILE) == WHOLE_PROFILE
    assert set(WHOLE_PROFILE) == set(PROFILE)
    assert set(WHOLE_PROFILE["address"]) == set(ADDRESS)


@pytest.mark.parametrize("nothing", ["", None])
@pytest.mark.parametrize("name", PROFILE)
def test_every_claim_can_be_removed(name: str, nothing: str | None) -> None:
    left = changed_profile(WHOLE_PROFILE, {name: nothing})
    gone = {name, "phone_number_verified"} if name == "phone_number" else {name}
    assert left == {other: value for other, value in WHOLE_PROFILE.items() if other not in gone}


def test_members_of_the_address_change_one_by_one() -> None:
    one = changed_profile(
        {"address": {"country": "CN", "region": "北京市"}}, {"address": {"region": "", "locality": "x"}}
    )
    assert one == {"address": {"country": "CN", "locality": "x"}}
    assert changed_profile(one, {"address": {"country": "", "locality": None}}) == {}


def test_a_new_phone_number_is_not_verified() -> None:
    known = {"phone_number": "+8613900000001", "phone_number_verified": True}
    other = {"phone_number": "+8613900000002"}
    assert changed_profile(known, other) == other
    assert changed_profile(known, {"phone_number": "+8613900000001"}) == known
    assert changed_profile(known, {**other, "phone_number_verified": True})["phone_number_verified"] is True
    assert changed_profile(known, {"phone_number_verified": False})["phone_number_verified"] is False


@given(st.dictionaries(st.sampled_from([*PROFILE, "x"]), st.none() | st.text() | st.booleans() | st.lists(st.text())))
def test_whatever_is_sent_is_taken_or_refused(changes: dict[str, Any]) -> None:
    try:
        taken = changed_profile({}, changes)
    except Refused:
        return
    assert all(value not in (None, "", {}) for value in taken.values())
    assert changed_profile({}, taken) == taken


@pytest.mark.parametrize("role", ["", "a b", "a\tb", "a\u3000b", "a\x00", "r" * 101, 5, None, ["a"]])
def test_what_is_no_role(role: Any) -> None:
    with pytest.raises(Refused, match="1 to 100 printable characters without spaces"):
        checked_roles(["good", role])


def test_roles_are_each_there_once_in_their_order() -> None:
    assert checked_roles(["b", "a", "b", "项目经理", "r" * 100]) == ["b", "a", "项目经理", "r" * 100]
    assert checked_roles(map(str, range(100)))[-1] == "99"
    with pytest.raises(Refused, match="at most 100"):
        checked_roles(map(str, range(101)))


def test_assignments_become_changes() -> None:
    texts = ["nickname=a=b", "website=", "address.country=CN", "address.region=", "phone_number_verified=true"]
    assert parse_assignments(texts) == {
        "nickname": "a=b",
        "website": "",
        "address": {"country": "CN", "region": ""},
        "phone_number_verified": True,
    }
    assert parse_assignments(["address=x", "address.country=CN"]) == {"address": {"country": "CN"}}


@pytest.mark.parametrize("text", ["nickname", "", "email_verified=yes", "phone_number_verified=1"])
def test_assignments_that_are_none(text: str) -> None:
    with pytest.raises(Refused):
        parse_assignments([text])


def test_a_profile_is_kept_and_moves_updated_at(portal: Portal, zp: User, clock: MovableClock) -> None:
    clock.advance(60)
    with portal.transaction() as unit:
        changed = unit.users.set_profile(zp, {**WHOLE_PROFILE, "name": "张大鹏", "email": "zp@new.test"})
    with portal.transaction() as unit:
        read = unit.users.by_id(zp.id)
    assert read == changed
    assert (read.profile, read.name, read.email) == (WHOLE_PROFILE, "张大鹏", "zp@new.test")
    assert read.updated_at == zp.updated_at + 60


def test_a_new_email_address_is_not_verified(portal: Portal, zp: User) -> None:
    with portal.transaction() as unit:
        users = unit.users
        assert users.set_profile(zp, {"email_verified": True}).email_verified
        assert users.set_profile(zp, {"email": zp.email}).email_verified
        assert not users.set_profile(zp, {"email": "other@a.test"}).email_verified
        assert users.set_profile(zp, {"email": "third@a.test", "email_verified": True}).email_verified


@pytest.mark.parametrize(
    "changes",
    [{"email": ""}, {"email": "x"}, {"email": None}, {"name": ""}, {"name": "a\nb"}, {"email_verified": "true"}],
    ids=str,
)
def test_what_every_person_has_cannot_be_taken(portal: Portal, zp: User, changes: dict[str, Any]) -> None:
    with pytest.raises(Refused), portal.transaction() as unit:
        unit.users.set_profile(zp, {"nickname": "x", **changes})
    with portal.transaction() as unit:
        assert unit.users.by_id(zp.id) == zp


def test_roles_are_set_added_and_removed(portal: Portal, zp: User, clock: MovableClock) -> None:
    clock.advance(60)
    with portal.transaction() as unit:
        assert unit.users.set_roles(zp, ["a", "b"]).roles == ["a", "b"]
        # Of what the database says, not of what the caller read before.
        assert unit.users.change_roles(zp, add=["c", "a"], remove=["b", "x"]).roles == ["a", "c"]
    with portal.transaction() as unit:
        read = unit.users.by_id(zp.id)
    assert read is not None
    assert (read.roles, read.updated_at) == (["a", "c"], zp.updated_at + 60)


def test_changes_at_once_do_not_undo_each_other(portal: Portal, zp: User) -> None:
    names = ["given_name", "family_name", "middle_name", "nickname", "gender"]

    def change(number: int) -> None:
        with portal.transaction() as unit:
            unit.users.set_profile(zp, {names[number]: "x"})
            unit.users.change_roles(zp, add=[f"role{number}"])

    together(len(names), change)
    with portal.transaction() as unit:
        read = unit.users.by_id(zp.id)
    assert read is not None
    assert set(read.profile) == set(names)
    assert len(read.roles) == len(names)
