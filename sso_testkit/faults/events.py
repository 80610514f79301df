"""Switches for what happens at the portal while a site is not looking."""

from __future__ import annotations

from typing import Unpack

import requests

from sso_testkit.faults.breaks import json_of
from sso_testkit.faults.fault import Fault, How
from sso_testkit.faults.portal_addresses import posted
from sso_testkit.faults.signed_tokens import header_of, is_signed
from sso_testkit.faults.switchboard import Switchboard
from sso_testkit.interceptors import CallNext

_PATIENCE_SECONDS = 60


class PortalEvents(Switchboard):
    """Things that are no fault of anybody, and that a site has to live with."""

    def rotated_key(self, **how: Unpack[How]) -> Fault:
        """The portal signs with new keys from now on, of which a site that has a copy of the JWK Set knows nothing; it
        has fired when a site was given a token that one of them has signed."""
        with self._surroundings.portal.transaction() as unit:
            before = {key.kid for key in unit.keys.all()}
            fresh = {key.kid for key in unit.keys.rotate()} - before

        fault = self._added("the portal signs with new keys", **how)

        def interceptor(request: requests.PreparedRequest, call_next: CallNext) -> requests.Response:
            answer = call_next(request)
            if self._signed_in(request, answer) & fresh:
                fault.fires()
            return answer

        return self._stands(fault, interceptor)

    def refresh_token_revoked(self, **how: Unpack[How]) -> Fault:
        """When a site uses a refresh token, it has been revoked a moment before, with all that belongs to it."""
        fault = self._added("the refresh token has been revoked", **how)

        def interceptor(request: requests.PreparedRequest, call_next: CallNext) -> requests.Response:
            family_id = self._family_refreshed(request)
            if family_id and fault.fires():
                with self._surroundings.portal.transaction() as unit:
                    unit.tokens.revoke_family(family_id, "revoked_by_client")
            return call_next(request)

        return self._stands(fault, interceptor)

    def session_ended_by_administrator(self, username: str, **how: Unpack[How]) -> Fault:
        """An administrator ends every session of a person, now; her sites are told."""
        portal = self._surroundings.portal
        with portal.transaction() as unit:
            person = unit.users.by_username(username)
            if person is None:
                raise LookupError(f"there is no person with the user name {username!r}")
            receipts = unit.sign_outs.end_all_of(person, "ended_by_administrator")
        notices = [notice for receipt in receipts for notice in receipt.notices]
        # All of them, however busy this machine is: what a test looks at next depends on it.
        portal.backchannel_logout.tell(notices, _PATIENCE_SECONDS)
        missing = "" if receipts else f"{username} was signed in nowhere"
        return self._happened(f"an administrator ended the sessions of {username}", missing, **how)

    def portal_restarted(self, **how: Unpack[How]) -> Fault:
        """The portal is started anew over its database, now: what it kept in memory is gone."""
        before = self._surroundings.portal
        self._surroundings.start_portal()
        before.close()
        return self._happened("the portal was restarted", **how)

    def _family_refreshed(self, request: requests.PreparedRequest) -> str:
        """The family of the refresh token that a call uses; empty for another call, or a token that nobody knows."""
        form = posted(request)
        if form.get("grant_type") != "refresh_token" or not self._addresses.is_for(request, "token_endpoint"):
            return ""
        with self._surroundings.portal.transaction() as unit:
            found = unit.tokens.find_refresh_token(form.get("refresh_token", ""))
        return str(found[1].family_id) if found is not None else ""

    def _signed_in(self, request: requests.PreparedRequest, answer: requests.Response) -> set[str]:
        """The keys that have signed what a site is given with this call: an id_token, or a logout token."""
        is_token_answer = self._addresses.is_for(request, "token_endpoint")
        tokens = [posted(request).get("logout_token"), json_of(answer).get("id_token") if is_token_answer else None]
        return {str(header_of(str(token)).get("kid")) for token in tokens if is_signed(token)}
