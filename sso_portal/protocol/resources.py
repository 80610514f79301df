"""What tokens are for (RFC 8707): the parameter ``resource``, read the same way wherever it may be sent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from oauthlib.oauth2.rfc6749.errors import OAuth2Error

from sso_portal.base.urls import is_resource_uri
from sso_portal.protocol.call import call_of
from sso_portal.services.clients import Client
from sso_portal.services.resources import Resource, TokenForm, find_resource, form_of, forms_of, may_use

_MAXIMUM = 10
_LONGEST_SHOWN = 100


class InvalidTarget(OAuth2Error):
    """The resource is unknown, malformed, or not for this client (RFC 8707, section 2)."""

    error = "invalid_target"


def found(names: Iterable[str], request: Any) -> tuple[Resource, ...]:
    """What ``names`` stand for, each once. Raises :class:`InvalidTarget`."""
    call, wanted = call_of(request), tuple(dict.fromkeys(names))
    if not wanted:
        return ()
    if len(wanted) > _MAXIMUM:
        raise InvalidTarget(description=f"resource was sent more than {_MAXIMUM} times.", request=request)
    known = call.services.clients.known()
    resources = []
    for name in wanted:
        resource = find_resource(name, known, call.issuer)
        if resource is None:
            raise InvalidTarget(description=_problem(name), request=request)
        resources.append(resource)
    return tuple(resources)


def permitted(names: Iterable[str], client: Client, request: Any) -> tuple[Resource, ...]:
    """The same, and ``client`` may have tokens for every one of them. Raises :class:`InvalidTarget`."""
    resources = found(names, request)
    for resource in resources:
        if not may_use(client, resource):
            description = f"This client may not have tokens for the resource {printable(resource.name)}."
            raise InvalidTarget(description=description, request=request)
    return resources


def form_for(resources: Sequence[Resource], client: Client, request: Any) -> TokenForm:
    """What the access token for ``resources`` looks like. Raises :class:`InvalidTarget` when they do not agree."""
    if not resources:
        return form_of(client)
    forms = forms_of(resources, client)
    if len(forms) > 1:
        description = "The resources take different forms of access tokens; ask for a token for each of them."
        raise InvalidTarget(description=description, request=request)
    return next(iter(forms))


def printable(name: str) -> str:
    """``name`` as an error_description may show it (RFC 6749, section 5.2)."""
    return "".join(letter for letter in name[:_LONGEST_SHOWN] if "!" <= letter <= "~" and letter not in '"\\')


def _problem(name: str) -> str:
    if "#" in name:
        return "resource has a fragment (RFC 8707, section 2)."
    if ":" in name and not is_resource_uri(name):
        return "resource is not an absolute URI."
    return f"There is no resource {printable(name)}."
