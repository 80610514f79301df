"""Everything that can go wrong, as one tree.

    SsoClientError
    ├── SettingsProblem        the site's settings are wrong (start-up)
    ├── PortalUnavailable      the portal is down, slow, or answers with something that is not an answer
    ├── SignInRequired         the person's session at the site has ended; she has to sign in again
    ├── TokenRefused           the token endpoint said no (RFC 6749 section 5.2)
    ├── LogoutRefused          a logout token failed a check (OpenID Connect Back-Channel Logout section 2.6)
    └── SignInFailed           one sign-in cannot be finished
        ├── AttemptUnknown     the state belongs to no attempt of this browser
        ├── AnswerMalformed    the portal's answer at the callback is not one
        ├── IssuerMixedUp      the answer comes from another issuer (RFC 9207)
        ├── PortalRefused      the portal answered error=… (RFC 6749 section 4.1.2.1)
        ├── CodeRefused        the code could not be exchanged
        ├── DemandUnmet        the portal could not give the sign-in that a page demands
        └── IdTokenRefused     the id_token failed a check (OpenID Connect Core section 3.1.3.7)

The message of an error is for the log and the site's developer; it never holds a token, a code or a secret. The words
for the person are in pages.py, chosen by `kind`.
"""

from __future__ import annotations

import re


class SsoClientError(Exception):
    """The root of all errors of the kit. `next_path`: the page that the person wanted, where it is known."""

    next_path = "/"


class SettingsProblem(SsoClientError, ValueError):
    """The settings are wrong; the message lists every problem, one a line."""


class PortalUnavailable(SsoClientError):
    """The portal could not be reached in time, or what it answered cannot be used."""


class SignInRequired(SsoClientError):
    """The site session has ended (its refresh token is no longer good); the person has to sign in again."""


class TokenRefused(SsoClientError):
    """The token endpoint answered with an error (RFC 6749 section 5.2); `code` is its `error` member."""

    def __init__(self, code: str) -> None:
        super().__init__(f"the token endpoint answered error={code}")
        self.code = code


class LogoutRefused(SsoClientError):
    """The logout token failed the check named by `check` ("signature", "events", "jti", …); `reason` says how."""

    def __init__(self, check: str, reason: str) -> None:
        super().__init__(f"logout token refused by the check of {check}: {reason}")
        self.check = check
        self.reason = reason


class SignInFailed(SsoClientError):
    """One sign-in cannot be finished. `kind` chooses the words for the person."""

    kind = "failed"


class AttemptUnknown(SignInFailed):
    """The state is missing, or belongs to no attempt that this browser began and has not finished."""

    kind = "unknown"


class AnswerMalformed(SignInFailed):
    """The parameters at the callback are not an authorization response (RFC 6749 section 4.1.2)."""

    kind = "malformed"


class IssuerMixedUp(SignInFailed):
    """The `iss` parameter is missing although promised, or names another issuer (RFC 9207 section 2.4)."""

    kind = "mixed_up"


class PortalRefused(SignInFailed):
    """The portal answered with `error` (RFC 6749 section 4.1.2.1, OpenID Connect Core section 3.1.2.6)."""

    def __init__(self, code: str) -> None:
        super().__init__(f"the portal answered error={code}")
        self.code = code
        self.kind = _KIND_OF_ERROR.get(code, "refused")


class CodeRefused(SignInFailed):
    """The code could not be exchanged; `misconfigured` is true when the portal does not accept the site itself."""

    kind = "code"

    def __init__(self, reason: str, *, misconfigured: bool = False) -> None:
        super().__init__(reason)
        if misconfigured:
            self.kind = "misconfigured"


class DemandUnmet(SignInFailed):
    """The sign-in is good, but not as fresh or not made in the way that the page demands."""

    kind = "demand"


class IdTokenRefused(SignInFailed):
    """The id_token failed the check named by `check` ("signature", "iss", "aud", "nonce", …)."""

    kind = "id_token"

    def __init__(self, check: str, reason: str) -> None:
        super().__init__(f"id_token refused by the check of {check}: {reason}")
        self.check = check


def is_error_code(text: str) -> bool:
    """Say whether `text` can be an error code (RFC 6749 appendix A.7), short enough to log and to show."""
    return re.fullmatch(r"[\x20-\x21\x23-\x5b\x5d-\x7e]{1,60}", text) is not None


_KIND_OF_ERROR = {
    "access_denied": "declined",
    "login_required": "interaction",
    "interaction_required": "interaction",
    "consent_required": "interaction",
    "account_selection_required": "interaction",
    # OpenID Connect Core Error Code unmet_authentication_requirements 1.0.
    "unmet_authentication_requirements": "demand",
    "server_error": "unavailable",
    "temporarily_unavailable": "unavailable",
}
