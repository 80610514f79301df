"""The form in the body of a request by a machine (RFC 6749, section 3.2): read the same way at every such endpoint."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sso_portal.base.forms import Form, TooManyFields, parse_form
from sso_portal.protocol.answers import JsonAnswer, token_refusal
from sso_portal.protocol.call import Call
from sso_portal.protocol.server import PortalServer

_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class FormRequest:
    """A form that could be read, the ``Authorization`` header beside it, and the trace that refusals name."""

    form: Form
    authorization: str | None
    trace_id: str


FormEndpoint = Callable[[PortalServer, Call, FormRequest], JsonAnswer]
"""What answers such a request. Refusals are returned, never raised: what they remember has to be committed."""


def read_form(body: bytes, content_type: str, query: str, trace_id: str) -> Form | JsonAnswer:
    """The parameters, each sent once and in UTF-8, or the refusal that says what is wrong with them."""
    if query:
        return token_refusal("invalid_request", "This endpoint takes no parameters in the address.", trace_id)
    if content_type.partition(";")[0].strip().lower() != _FORM:
        return token_refusal("invalid_request", f"The body is not {_FORM}.", trace_id)
    try:
        form = parse_form(body)
    except TooManyFields:
        return token_refusal("invalid_request", "The body has too many parameters.", trace_id)
    for names, fault in ((form.duplicates, "was sent more than once"), (form.undecodable, "is not UTF-8")):
        if names:
            known = sorted(name for name in names if name.isascii() and name.isidentifier())
            return token_refusal("invalid_request", f"{(known or ['a parameter'])[0][:40]} {fault}.", trace_id)
    return form
