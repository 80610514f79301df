"""Does the portal accept the site: a code that nobody has given out is refused only after the site was believed."""

from __future__ import annotations

from dataclasses import replace

from sso_client.check.case import Case
from sso_client.check.finding import Verdict, right, shown, unseen, wrong
from sso_client.credentials import basic_authentication, posted_credentials
from sso_client.errors import PortalUnavailable
from sso_client.hashing import new_secret
from sso_client.json_answer import read_object, text_member
from sso_client.settings import CLIENT_AUTH_METHODS, Settings

_MENDS = {
    "unauthorized_client": "Let the portal's operator add authorization_code to the client's grant_types.",
    "unsupported_grant_type": "The portal does not know the authorization code flow; ask who runs it.",
}


def credentials(case: Case) -> Verdict:
    """A token request with a made-up code is answered invalid_grant, not invalid_client (RFC 6749 section 5.2)."""
    if not case.settings.client_secret:
        return unseen("Without the site's settings nobody can ask; give them with --settings.")
    error = _error_of_made_up_code(case, case.settings)
    if error == "invalid_grant":
        return right(f"The portal knows {shown(case.settings.client_id)} and accepts its secret.")
    if error == "invalid_client":
        case.known.is_client_refused = True
        return wrong("The portal does not accept client_id and secret (invalid_client).", _mend(case))
    mend = _MENDS.get(error, "Look into the portal's trace: sso-portal trace --client shows why it refused.")
    return wrong(f"A made-up code is answered {shown(error, 60)} where invalid_grant is expected.", mend)


def _mend(case: Case) -> str:
    method = case.settings.client_auth
    (other,) = set(CLIENT_AUTH_METHODS) - {method}
    if _error_of_made_up_code(case, replace(case.settings, client_auth=other)) == "invalid_grant":
        return f"Write sso.client_auth = {other}: by that method the portal accepts the same secret."
    return (
        "Compare sso.client_id with the registration, and give the site its secret again: "
        "sso-portal client rotate-secret makes a new one."
    )


def _error_of_made_up_code(case: Case, settings: Settings) -> str:
    """The `error` of the answer, or what stands for it in a sentence. Nobody's code is touched: this one is random."""
    form = {
        "grant_type": "authorization_code",
        "code": new_secret(),
        "redirect_uri": case.url("/sso/callback"),
        "code_verifier": new_secret(),
        **posted_credentials(settings),
    }
    try:
        answer = case.backchannel.send(
            "POST", case.metadata.token_endpoint, data=form, auth=basic_authentication(settings)
        )
    except PortalUnavailable:
        return "with no answer that can be used"
    try:
        return text_member(read_object(answer.content), "error") or f"with status {answer.status_code}"
    except ValueError:
        return f"with status {answer.status_code}"
