"""What the consent page asks a person, going by what she has agreed to before, and what is remembered of her answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sso_portal.protocol.authorization_answers import Authorization
from sso_portal.protocol.call import Call
from sso_portal.services.authorization_details import Entry, digest_of
from sso_portal.services.consents import ONLY_NOW, UNTIL_REMOVED, Agreement
from sso_portal.services.scopes import is_declinable
from sso_portal.services.tokens import AGREED_UNTIL


@dataclass(frozen=True)
class Reply:
    """What she says on the consent page: the scopes she has ticked, and how long her answer is to be kept."""

    ticked: tuple[str, ...] = ()
    keep: str = UNTIL_REMOVED


@dataclass(frozen=True)
class Question:
    """``asked`` are the scopes that she is asked about, ``details_open``: some details have to be put to her."""

    authorization: Authorization
    agreement: Agreement | None
    asked: tuple[str, ...]
    details_open: bool

    def granted(self, ticked: Sequence[str]) -> list[str]:
        """The scopes that are granted when ``ticked`` is what she has chosen."""
        to_agree = self.authorization.to_agree
        if self.asked:
            return [scope for scope in to_agree if scope in ticked or not is_declinable(scope)]
        if self.agreement is not None and self.authorization.client.consent == "once":
            return self.agreement.granted_of(to_agree)
        return list(to_agree)

    @property
    def is_kept(self) -> bool:
        """Whether she is asked how long her answer is to be kept."""
        return bool(self.asked) and self.authorization.client.consent == "once"

    def settle(self, granted: Sequence[str], reply: Reply | None, call: Call) -> dict[str, Any]:
        """Keep the reply that she has just given, or note that her earlier answer is gone by; answers when the tokens
        end because of it, as details of the authorization."""
        until = self._remember(granted, reply.keep, call) if reply is not None else self._use(call)
        return {AGREED_UNTIL: until} if until is not None else {}

    def _use(self, call: Call) -> int | None:
        session, client = call.session, self.authorization.client
        if session is None or self.agreement is None or client.consent != "once":
            return None
        call.services.consents.note_use(session.user_id, client.client_id, self.agreement)
        return self.agreement.until

    def _remember(self, granted: Sequence[str], keep: str, call: Call) -> int | None:
        """Keep her answer as far and as long as it holds for later; answers when that is over."""
        authorization, client, session = self.authorization, self.authorization.client, call.session
        types, consents = call.services.detail_types, call.services.consents
        details = [digest_of(entry) for entry in authorization.details if types.of(entry).remember]
        if session is None:
            return None
        declined = [scope for scope in authorization.to_agree if scope not in granted]
        call.services.audit.record(
            "consent_given",
            user_id=session.user_id,
            client_id=client.client_id,
            sid=session.sid,
            scopes=granted,
            declined=declined,
        )
        if client.consent == "explicit":
            return None
        if self.is_kept and keep == ONLY_NOW:
            consents.forget(session.user_id, client.client_id)
        elif client.consent == "once":
            before = self.agreement.until if self.agreement is not None else None
            until = consents.until(keep) if self.is_kept else before
            consents.remember(session.user_id, client.client_id, granted, declined, details, until=until)
            return until
        elif details:
            consents.remember(session.user_id, client.client_id, (), (), details)
        return None


def note_refusal(authorization: Authorization, call: Call) -> None:
    """She has said no. Nothing holds for later, but that it was said is in the audit log."""
    user_id, sid = (call.session.user_id, call.session.sid) if call.session is not None else (None, None)
    client_id, scopes = authorization.client.client_id, authorization.to_agree
    call.services.audit.record("consent_refused", user_id=user_id, client_id=client_id, sid=sid, scopes=scopes)


def question_of(authorization: Authorization, call: Call) -> Question:
    """What this person is asked for this request."""
    client, session = authorization.client, call.session
    agreement: Agreement | None = None
    if session is not None and (client.consent == "once" or authorization.details):
        agreement = call.services.consents.find(session.user_id, client.client_id)
    details_open = any(not _is_settled(entry, authorization, agreement, call) for entry in authorization.details)
    asked = authorization.to_agree if _asks_scopes(authorization, agreement) else ()
    return Question(authorization, agreement, asked, details_open)


def _asks_scopes(authorization: Authorization, agreement: Agreement | None) -> bool:
    policy = authorization.client.consent
    if policy == "explicit" or "consent" in (authorization.request.prompt or "").split():
        return True
    return policy == "once" and (agreement is None or not agreement.answers(authorization.to_agree))


def _is_settled(entry: Entry, authorization: Authorization, agreement: Agreement | None, call: Call) -> bool:
    """Whether an entry is granted without being put to her: its type says so, or she agreed to the very same."""
    kind = call.services.detail_types.of(entry)
    if kind.silent and authorization.client.consent == "silent":
        return True
    return kind.remember and agreement is not None and digest_of(entry) in agreement.details
