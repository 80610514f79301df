"""People, on both databases."""

from __future__ import annotations

import pytest

from sso_portal.storage.database import Database
from sso_portal.storage.users import UserStore
from sso_testkit.counting import counting
from sso_testkit.together import together
from tests.support.records import NOW, WHOLE_PROFILE, add_user


def test_a_person_is_read_back_as_she_was_written(database: Database) -> None:
    with database.transaction() as work:
        added = add_user(work, "zp", name="张鹏 🐉", email="zp@例子.test", is_administrator=True, subject="s" * 64)
    with database.transaction() as work:
        read = UserStore(work).by_id(added.id)
        assert read == UserStore(work).by_key("zp") == added
    assert (read.name, read.email, read.subject, read.is_administrator, read.is_enabled, read.created_at) == (
        "张鹏 🐉",
        "zp@例子.test",
        "s" * 64,
        True,
        True,
        NOW,
    )


def test_the_longest_values_fit(database: Database) -> None:
    with database.transaction() as work:
        user = add_user(work, "名" * 150, name="名" * 200, email="e" * 254, subject="s" * 64)
        UserStore(work).set_password(user.id, "h" * 255, NOW)
    with database.transaction() as work:
        found = UserStore(work).with_password("名" * 150)
    assert found is not None
    assert (len(found[0].name), len(found[0].email), found[1]) == (200, 254, "h" * 255)


def test_claims_and_roles_are_kept_as_they_are(database: Database) -> None:
    with database.transaction() as work:
        bare = add_user(work, "bare")
        whole = add_user(work, "whole", profile=WHOLE_PROFILE, roles=["a", "项目经理"])
        UserStore(work).change(bare.id, profile={"nickname": "🐉"}, roles=["b"])
    with database.transaction() as work:
        changed, read = UserStore(work).by_id(bare.id), UserStore(work).by_id(whole.id)
    assert (bare.profile, bare.roles) == ({}, [])
    assert (changed.profile, changed.roles) == ({"nickname": "🐉"}, ["b"])
    assert (read.profile, read.roles) == (WHOLE_PROFILE, ["a", "项目经理"])


def test_nobody_is_nobody(database: Database) -> None:
    with database.transaction() as work:
        store = UserStore(work)
        assert store.by_id(1) is store.by_key("") is store.with_password("zp") is None
        assert store.all() == []
        assert store.change(1, name="x") is False


def test_a_taken_name_is_refused_and_changes_nothing(database: Database) -> None:
    with database.transaction() as work:
        first = add_user(work, "zp")
    with database.transaction() as work:
        fields = {**first.__dict__, "subject": "another", "name": "An impostor"}
        del fields["id"]
        assert UserStore(work).add("zp", **fields) is False
        assert UserStore(work).all() == [first]


def test_of_twenty_people_with_one_name_one_is_added(database: Database) -> None:
    def add(number: int) -> bool:
        with database.transaction() as work:
            return UserStore(work).add(
                "zp",
                subject=f"subject {number}",
                username="zp",
                name="zp",
                email="zp@example.test",
                email_verified=False,
                is_administrator=False,
                is_enabled=True,
                created_at=NOW,
                updated_at=NOW,
            )

    assert sorted(together(20, add)) == [False] * 19 + [True]
    with database.transaction() as work:
        assert len(UserStore(work).all()) == 1


def test_everyone_comes_by_user_name(database: Database) -> None:
    with database.transaction() as work:
        for name in ("lin", "zp", "chen"):
            add_user(work, name)
        assert [user.username for user in UserStore(work).all()] == ["chen", "lin", "zp"]


def test_a_change_touches_one_person(database: Database) -> None:
    with database.transaction() as work:
        zp, lin = add_user(work, "zp"), add_user(work, "lin")
        assert UserStore(work).change(zp.id, is_enabled=False, updated_at=NOW + 5) is True
    with database.transaction() as work:
        changed, same = UserStore(work).by_id(zp.id), UserStore(work).by_id(lin.id)
    assert (changed.is_enabled, changed.updated_at, changed.name) == (False, NOW + 5, "Zp")
    assert same == lin


def test_a_password_is_set_and_replaced(database: Database) -> None:
    with database.transaction() as work:
        user = add_user(work)
        assert UserStore(work).with_password("zp") == (user, None)
        UserStore(work).set_password(user.id, "old", NOW)
        UserStore(work).set_password(user.id, "new", NOW + 1)
        assert UserStore(work).with_password("zp") == (user, "new")


@pytest.mark.parametrize(("meanwhile", "after"), [("hash", "costlier"), ("changed", "changed")])
def test_a_costlier_hash_never_undoes_a_new_password(database: Database, meanwhile: str, after: str) -> None:
    with database.transaction() as work:
        user = add_user(work)
        UserStore(work).set_password(user.id, meanwhile, NOW)
        UserStore(work).replace_password_hash(user.id, "hash", "costlier")
        assert UserStore(work).with_password("zp") == (user, after)


def test_a_password_check_reads_once(database: Database) -> None:
    with database.transaction() as work:
        user = add_user(work)
        UserStore(work).set_password(user.id, "hash", NOW)
    for name in ("zp", "nobody"):
        with counting(database) as counted, database.transaction() as work:
            UserStore(work).with_password(name)
        assert len(counted.statements) == 1
