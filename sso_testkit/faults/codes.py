"""The switch for codes that somebody else has used already."""

from __future__ import annotations

from typing import Unpack

import requests

from sso_testkit.faults.fault import Fault, How
from sso_testkit.faults.portal_addresses import posted
from sso_testkit.faults.switchboard import Switchboard
from sso_testkit.interceptors import CallNext


class CodeFaults(Switchboard):
    """Codes that are not good any more."""

    def replayed_code(self, **how: Unpack[How]) -> Fault:
        """When a site exchanges its code, the same exchange has been made a moment before, and was answered: the portal
        refuses the second one and revokes what the first one has brought (RFC 6749, section 4.1.2).

        A client that proves itself by assertions (RFC 7523) is refused for its assertion already, which is good once.
        """
        return self._breaks("the code has been used before", self._exchanges_a_code, _twice, **how)

    def _exchanges_a_code(self, request: requests.PreparedRequest) -> bool:
        is_exchange = posted(request).get("grant_type") == "authorization_code"
        return is_exchange and self._addresses.is_for(request, "token_endpoint")


def _twice(request: requests.PreparedRequest, call_next: CallNext) -> requests.Response:
    call_next(request)
    return call_next(request)
