"""Sign-ins at sites behind a proxy, on both databases: one statement finds them; whatever they rest on ends them."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from sso_portal.storage.database import Database, Work
from sso_portal.storage.participations import ParticipationStore
from sso_portal.storage.sessions import SessionStore
from sso_portal.storage.site_sign_ins import SiteSignIn, SiteSignInStore
from sso_portal.storage.tokens import TokenStore, families
from sso_portal.storage.users import UserStore
from sso_testkit.counting import counting
from tests.support.records import NOW, a_family, add_session, add_user


@pytest.fixture
def signed_in(database: Database) -> tuple[int, str, str]:
    """The number of a person, her session and her family at the client *wiki*, whose cookie is stored as ``hash``."""
    with database.transaction() as work:
        user = add_user(work)
        sid = add_session(work, user.id).sid
        family = a_family(user.id, sid, client_id="wiki")
        TokenStore(work).add_family(family)
        assert ParticipationStore(work).join(sid, "wiki", NOW)
        SiteSignInStore(work).add("hash", family.family_id, NOW)
        return user.id, sid, family.family_id


def found(database: Database, cookie_hash: str = "hash", client_id: str = "wiki", now: int = NOW) -> SiteSignIn | None:
    with database.transaction() as work:
        return SiteSignInStore(work).live(cookie_hash, client_id, now)


def test_it_is_found_by_its_cookie_at_its_client(database: Database, signed_in: tuple[int, str, str]) -> None:
    with counting(database) as counted:
        sign_in = found(database)
    assert sign_in is not None
    assert (sign_in.sid, sign_in.scope, sign_in.last_used_at) == (signed_in[1], "openid profile", NOW)
    assert sign_in.user.username == "zp"
    assert len([one for one in counted.statements if one.startswith("SELECT")]) == 1
    assert found(database, "other") is None
    assert found(database, client_id="other") is None


def _end_session(work: Work, _user_id: int, sid: str, _family_id: str) -> None:
    assert SessionStore(work).end(sid, "signed_out", NOW)


def _end_part(work: Work, _user_id: int, sid: str, _family_id: str) -> None:
    assert ParticipationStore(work).end(sid, NOW, "wiki")


def _revoke(work: Work, _user_id: int, _sid: str, family_id: str) -> None:
    assert TokenStore(work).revoke_family(family_id, "revoked_by_client", NOW)


def _disable(work: Work, user_id: int, _sid: str, _family_id: str) -> None:
    assert UserStore(work).change(user_id, is_enabled=False)


def _agreement_over(work: Work, _user_id: int, _sid: str, family_id: str) -> None:
    work.write(update(families).where(families.c.family_id == family_id).values(agreed_until=NOW))


@pytest.mark.parametrize("end", [_end_session, _end_part, _revoke, _disable, _agreement_over])
def test_it_ends_with(database: Database, signed_in: tuple[int, str, str], end: object) -> None:
    with database.transaction() as work:
        end(work, *signed_in)  # type: ignore[operator]
    assert found(database) is None


def test_it_ends_with_the_time_of_the_session(database: Database, signed_in: tuple[int, str, str]) -> None:
    with database.transaction() as work:
        session = SessionStore(work).get(signed_in[1])
    assert session is not None
    assert found(database, now=session.idle_expires_at - 1) is not None
    assert found(database, now=session.idle_expires_at) is None


def test_it_is_deleted_with_its_family(database: Database, signed_in: tuple[int, str, str]) -> None:
    with database.transaction() as work:
        assert TokenStore(work).sweep(NOW + 100 * 86_400, 500) == 1
    with database.engine.connect() as connection:
        assert list(connection.exec_driver_sql("SELECT * FROM site_sign_ins")) == []
