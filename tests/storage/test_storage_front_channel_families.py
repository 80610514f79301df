"""The family of an access token that the authorization endpoint answers: only while its session goes on."""

from __future__ import annotations

from sso_portal.storage.database import Database
from sso_portal.storage.sessions import SessionStore
from sso_portal.storage.tokens import TokenStore
from tests.support.records import NOW, a_family, add_session, add_user


def test_a_family_begins_while_its_session_goes_on_and_not_after(database: Database) -> None:
    with database.transaction() as work:
        session = add_session(work, add_user(work).id)
        assert TokenStore(work).add_family_of_session(a_family(session.user_id, session.sid)) is True
        assert TokenStore(work).add_family_of_session(a_family(session.user_id, "another session")) is False
    with database.transaction() as work:
        SessionStore(work).end(session.sid, "signed_out", NOW)
    with database.transaction() as work:
        assert TokenStore(work).add_family_of_session(a_family(session.user_id, session.sid)) is False
