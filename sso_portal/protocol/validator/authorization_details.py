"""What the tokens of the token endpoint are for in detail (RFC 9396, sections 6 and 7)."""

from __future__ import annotations

from typing import Any

from sso_portal.protocol.authorization_details import refused, sent_details
from sso_portal.protocol.call import call_of
from sso_portal.protocol.vocabulary import AUTHORIZATION_DETAILS
from sso_portal.services.authorization_details import Entry, is_part


class AuthorizationDetailAnswers:
    """Choosing the authorization details of one access token."""

    def choose_details(self, request: Any) -> None:
        """Those that are sent, or all of the authorization. Asked before anything is used up."""
        call, sent = call_of(request), sent_details(request)
        source = call.code or call.family
        if source is None:
            _check_own(request, sent)
            chosen: list[Entry] = list(sent)
        else:
            granted = source.details.get(AUTHORIZATION_DETAILS, [])
            if not is_part(sent, granted):
                raise refused("an entry is not among those that the person has granted.", request)
            chosen = list(sent) or granted
        if chosen:
            call.token_details[AUTHORIZATION_DETAILS] = chosen


def _check_own(request: Any, entries: tuple[Entry, ...]) -> None:
    """A client has for itself only what no person has to be asked about."""
    types = call_of(request).services.detail_types
    strange = next((entry["type"] for entry in entries if not types.of(entry).machine), None)
    if strange is not None:
        raise refused(f"the type {strange} needs a person, who is not asked here.", request)
