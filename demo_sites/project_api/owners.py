"""What the owners of projects are called: asked of user_api on their behalf, and kept for a while.

The token of this API says only `sub`. user_api may be away, or the token may not reach so far; then nobody has to wait,
the last known name is used, and it is asked again later.
"""

from __future__ import annotations

import logging
from typing import Any

from demo_sites.common.api.database import Database, Row
from sso_client.guard import Access, Guard, Refused

KEPT_SECONDS = 600
PAUSE_SECONDS = 30
"""How long a name serves, and how long user_api is left alone after it gave none."""

LONGEST = 120

log = logging.getLogger("demo_sites.project_api")


class Owners:
    """The people who own projects."""

    def __init__(self, database: Database, guard: Guard, user_api: str) -> None:
        """``user_api``: its address; "" when there is none."""
        self._database = database
        self._guard = guard
        self._user_api = user_api.rstrip("/")

    def of(self, access: Access, now: int) -> Row:
        """Who she is, as far as is known: ``username``, ``name`` and ``name_en``, each "" when it is not."""
        self._database.change(
            "INSERT INTO owner (subject, ask_again) VALUES (?, 0) ON CONFLICT DO NOTHING", access.subject
        )
        # Whoever moves the time on is the one who asks; nobody else waits for user_api meanwhile.
        statement = "UPDATE owner SET ask_again = ? WHERE subject = ? AND ask_again <= ?"
        if self._user_api and self._database.change(statement, now + PAUSE_SECONDS, access.subject, now):
            self._learn(access, now)
        known = self._database.row("SELECT * FROM owner WHERE subject = ?", access.subject)
        return known or {"username": "", "name": "", "name_en": ""}

    def _learn(self, access: Access, now: int) -> None:
        told = self._asked(access)
        names = [_text(told.get(name)) for name in ("username", "name", "name_en")]
        if told.get("sub") == access.subject and any(names):
            self._database.change(
                "UPDATE owner SET username = ?, name = ?, name_en = ?, ask_again = ? WHERE subject = ?",
                *(*names, now + KEPT_SECONDS, access.subject),
            )

    def _asked(self, access: Access) -> dict[str, Any]:
        """What user_api says of her; nothing when it does not answer, whatever the reason."""
        try:
            with self._guard.next_api(access, audience=self._user_api, scope="profile") as session:
                answer = session.get(f"{self._user_api}/me", allow_redirects=False)
                told = answer.json() if answer.status_code == 200 else None  # noqa: PLR2004
        except (Refused, OSError, ValueError) as problem:  # requests' own errors are OSErrors
            log.warning("user_api did not tell who owns this: %s", type(problem).__name__)
            return {}
        if not isinstance(told, dict):
            log.warning("user_api did not tell who owns this: status=%s", answer.status_code)
            return {}
        return told


def _text(value: object) -> str:
    return value[:LONGEST] if isinstance(value, str) else ""
