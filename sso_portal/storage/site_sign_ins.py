"""Sign-ins at sites that a reverse proxy protects: what the cookie of such a site stands for."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import BindParameter, Column, ForeignKey, String, Table, and_, bindparam, insert, or_, select

from sso_portal.storage.database import Work
from sso_portal.storage.participations import participations
from sso_portal.storage.schema import metadata, time_column
from sso_portal.storage.sessions import sessions
from sso_portal.storage.tokens import families
from sso_portal.storage.users import User, users

site_sign_ins = Table(
    "site_sign_ins",
    metadata,
    Column("cookie_hash", String(64), primary_key=True),
    # It ends with whatever ends this, and is deleted with it.
    Column("family_id", ForeignKey("families.family_id", ondelete="CASCADE"), nullable=False, index=True),
    time_column("created_at"),
)

_PERSON = tuple(column for column in users.c if column.name != "username_key")
_TAKES_PART = and_(participations.c.sid == families.c.sid, participations.c.client_id == families.c.client_id)
_NOW: BindParameter[int] = bindparam("now")

# Made once: making a statement takes longer than running it.
_ADD = insert(site_sign_ins)
_LIVE = (
    select(families.c.sid, families.c.scope, participations.c.last_used_at, *_PERSON)
    .select_from(site_sign_ins)
    .join(families, families.c.family_id == site_sign_ins.c.family_id)
    .join(sessions, sessions.c.sid == families.c.sid)
    .join(participations, _TAKES_PART)
    .join(users, users.c.id == sessions.c.user_id)
    .where(site_sign_ins.c.cookie_hash == bindparam("cookie_hash"), families.c.client_id == bindparam("client"))
    .where(families.c.revoked_at.is_(None), participations.c.ended_at.is_(None), users.c.is_enabled)
    .where(or_(families.c.agreed_until.is_(None), families.c.agreed_until > _NOW))
    .where(sessions.c.ended_at.is_(None), sessions.c.idle_expires_at > _NOW, sessions.c.expires_at > _NOW)
)


@dataclass(frozen=True)
class SiteSignIn:
    """Who a site's cookie stands for, in which session, and what the site may know of her (``scope``); ``last_used_at``
    is when she was last seen there, in seconds."""

    sid: str
    scope: str
    last_used_at: int
    user: User


class SiteSignInStore:
    """Every statement on sign-ins at protected sites."""

    def __init__(self, work: Work) -> None:
        """Work inside the given transaction."""
        self._work = work

    def add(self, cookie_hash: str, family_id: str, now: int) -> None:
        """Remember the cookie of a new sign-in."""
        self._work.write(_ADD, {"cookie_hash": cookie_hash, "family_id": family_id, "created_at": now})

    def live(self, cookie_hash: str, client_id: str, now: int) -> SiteSignIn | None:
        """The sign-in of a cookie at one client's site, while all that it rests on goes on: one statement, every row of
        it found by its key, because it runs for each page and picture."""
        row = self._work.first(_LIVE, {"cookie_hash": cookie_hash, "client": client_id, "now": now})
        if row is None:
            return None
        sid, scope, last_used_at = row.pop("sid"), row.pop("scope"), row.pop("last_used_at")
        return SiteSignIn(sid, scope, last_used_at, User(**row))
