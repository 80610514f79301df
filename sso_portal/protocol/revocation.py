"""Token revocation (RFC 7009): a client gives a token back."""

from __future__ import annotations

import json

from sso_portal.protocol.answers import JsonAnswer, token_refusal
from sso_portal.protocol.call import Call
from sso_portal.protocol.form_endpoint import FormRequest
from sso_portal.protocol.server import PortalServer
from sso_portal.protocol.vocabulary import REVOKE_PATH


def answer_revocation_request(server: PortalServer, call: Call, sent: FormRequest) -> JsonAnswer:
    """End a token; one that is unknown, or another client's, is answered as if it had been ended (section 2.2)."""
    form = sent.form
    if "token" not in form.values:
        return token_refusal("invalid_request", "token is missing.", sent.trace_id)
    # The hint is left out: either kind is found without it, and a wrong one must not matter (section 2.1).
    _, text, status = server.create_revocation_response(
        f"{call.issuer}{REVOKE_PATH}", "POST", form.encoded("token_type_hint"), call.headers(sent.authorization)
    )
    if status != 200:  # noqa: PLR2004
        answer = json.loads(text)
        return token_refusal(answer["error"], answer.get("error_description", ""), sent.trace_id)
    return JsonAnswer(200, {})
