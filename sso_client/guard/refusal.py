"""A request that is not let in, and what it is told (RFC 6750 section 3, RFC 9457)."""

from __future__ import annotations

from sso_client.errors import SsoClientError


class Refused(SsoClientError):
    """A request is refused.

    status: of the answer.   error: the code of RFC 6750 section 3.1 or RFC 9449 section 7.1, "" for none.   detail: one
    sentence for the developer who calls, never with a token in it.   scope: what would have been enough.
    retry_after: seconds, for 503.   scheme: the way the token came, whose challenge names the error.
    """

    def __init__(
        self, status: int, error: str, detail: str, *, scope: str = "", retry_after: int = 0, scheme: str = "Bearer"
    ) -> None:
        super().__init__(f"{status} {error}: {detail}")
        self.status = status
        self.error = error
        self.detail = detail
        self.scope = scope
        self.retry_after = retry_after
        self.scheme = scheme
