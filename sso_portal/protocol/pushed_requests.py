"""Authorization requests by reference to what the client has pushed before (RFC 9126, section 4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sso_portal.base.forms import REPEATABLE, Form
from sso_portal.protocol.call import Call
from sso_portal.protocol.request_objects import InvalidRequestUri
from sso_portal.protocol.vocabulary import INTERACTION
from sso_portal.services.pushed_requests import PREFIX

_NOT_OF_THE_REQUEST = {"client_secret", "client_assertion", "client_assertion_type", INTERACTION}


class PushedRequestOver(InvalidRequestUri):
    """The reference leads nowhere, to another client's request, or to one that is used up; ``reason`` is for the trace:
    who asks is not told them apart."""

    def __init__(self, reason: str) -> None:
        """Say the same for every reason."""
        super().__init__(description="request_uri is unknown, expired or was answered already; push a new request.")
        self.reason = reason


def pushed_reference(query: Form) -> str | None:
    """The reference to a pushed request, if the parameters of this request were pushed."""
    values, unclear = query.values, query.duplicates | query.undecodable
    request_uri = values.get("request_uri", "")
    # With a request object beside it, it is refused like any other request that comes in two ways.
    is_one = request_uri.startswith(PREFIX) and "request" not in values and not {"request_uri", "request"} & unclear
    return request_uri if is_one else None


def read_pushed(query: Form, request_uri: str, call: Call, *, arrived: bool) -> Form:
    """The parameters as they were pushed, and nothing of what stands in the address beside the reference.

    What is wrong with the reference is kept in ``call.request_problem``, and what stands outside counts then.
    """
    client = call.services.clients.find(query.values.get("client_id"))
    if client is None:
        return query
    found = call.services.pushed_requests.find(request_uri, client.client_id, arrived=arrived)
    if found.parameters is None:
        call.request_problem = PushedRequestOver(found.state)
        outside = {name: value for name, value in query.values.items() if name != "request_uri"}
        return Form(outside, query.duplicates, query.undecodable, query.repeated)
    unclear = {"client_id"}
    pushed = restored(found.parameters)
    return Form(pushed.values, query.duplicates & unclear, query.undecodable & unclear, pushed.repeated)


def kept(effective: Form) -> dict[str, Any]:
    """What is remembered of a request: every parameter but those by which the client authenticated."""
    return {
        name: list(effective.all(name)) if name in REPEATABLE else value
        for name, value in effective.values.items()
        if name not in _NOT_OF_THE_REQUEST
    }


def restored(parameters: Mapping[str, Any]) -> Form:
    """The form that :func:`kept` was given."""
    values = {name: value[0] if isinstance(value, list) else value for name, value in parameters.items()}
    repeated = {name: tuple(value) for name, value in parameters.items() if isinstance(value, list)}
    return Form(values, repeated=repeated)


def hints_pushed(query: Form, request_uri: str, call: Call) -> Mapping[str, str]:
    """What a pushed request says about the looks of pages; its time does not matter for that."""
    client_id = query.values.get("client_id", "")
    found = call.services.pushed_requests.find(request_uri, client_id, arrived=True)
    return restored(found.parameters).values if found.parameters is not None else {}
