"""What sites have of a person at this moment, whichever way they got it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import BindParameter, and_, bindparam, case, exists, func, or_, select

from sso_portal.storage.database import Work
from sso_portal.storage.site_sign_ins import site_sign_ins
from sso_portal.storage.tokens import families, tokens

_NOW: BindParameter[int] = bindparam("now")
_OF_FAMILY = (tokens.c.family_id == families.c.family_id, tokens.c.consumed_at.is_(None))
_OPENS = or_(
    exists().where(*_OF_FAMILY, tokens.c.expires_at > _NOW),
    and_(families.c.expires_at > _NOW, exists().where(site_sign_ins.c.family_id == families.c.family_id)),
)
_IN_TIME = or_(families.c.agreed_until.is_(None), families.c.agreed_until > _NOW)
_IS_LIVING = case((and_(families.c.revoked_at.is_(None), _IN_TIME, _OPENS), 1), else_=0)
# With a label of its own, so that those that are over do not hide when the others began.
_GOES_ON = case((or_(families.c.survives_session, families.c.sid.is_(None)), 1), else_=0)
_EACH = (
    select(
        *(families.c[name] for name in ("client_id", "scope", "created_at", "agreed_until")),
        _GOES_ON.label("goes_on"),
        func.coalesce(families.c.last_used_at, families.c.created_at).label("used_at"),
        _IS_LIVING.label("is_living"),
    )
    .where(families.c.user_id == bindparam("user_id"))
    .subquery()
)
_KINDS = (_EACH.c.client_id, _EACH.c.scope, _EACH.c.goes_on, _EACH.c.is_living)
_ENDLESS = func.sum(case((_EACH.c.agreed_until.is_(None), 1), else_=0)) > 0

# Made once: making a statement takes longer than running it.
_OF_USER = (
    select(
        *_KINDS,
        func.min(_EACH.c.created_at).label("began_at"),
        func.max(_EACH.c.used_at).label("used_at"),
        case((_ENDLESS, None), else_=func.max(_EACH.c.agreed_until)).label("agreed_until"),
    )
    .group_by(*_KINDS)
    .order_by(*_KINDS)
)


@dataclass(frozen=True)
class Standing:
    """All authorizations of one client with the same scope. Times are seconds; ``goes_on``: no sign-out ends them;
    ``is_living``: one of them still opens something; ``agreed_until`` is when the last of these is over, ``None`` when
    it has no end."""

    client_id: str
    scope: str
    goes_on: bool
    is_living: bool
    began_at: int
    used_at: int
    agreed_until: int | None


class SiteAccessStore:
    """The one statement that tells it."""

    def __init__(self, work: Work) -> None:
        """Work inside the given transaction."""
        self._work = work

    def of_user(self, user_id: int, now: int) -> Sequence[Standing]:
        """Every standing of a person, those that are over but still known included; by client."""
        rows = self._work.all(_OF_USER, {"user_id": user_id, "now": now})
        return [Standing(**{**row, **{name: bool(row[name]) for name in ("goes_on", "is_living")}}) for row in rows]
