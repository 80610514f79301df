"""What the tokens of the token endpoint are for (RFC 8707, section 2.2)."""

from __future__ import annotations

from typing import Any

from oauthlib.oauth2.rfc6749.errors import InvalidScopeError

from sso_portal.protocol.call import Call, call_of
from sso_portal.protocol.resources import InvalidTarget, form_for, permitted, printable
from sso_portal.services.resources import Resource, narrowed


class ResourceAnswers:
    """Choosing the resources of one access token."""

    def choose_resources(self, request: Any) -> None:
        """Those that are named, or all of the authorization. Asked before anything is used up."""
        call, authorized = call_of(request), _authorized(call_of(request))
        resources = permitted(call.resource_names or authorized, request.client, request)
        if authorized:
            within = {_key(resource) for resource in permitted(authorized, request.client, request)}
            for resource in resources:
                if _key(resource) not in within:
                    description = f"The authorization is not for the resource {printable(resource.name)}."
                    raise InvalidTarget(description=description, request=request)
        self.use_resources(resources, request)

    def use_resources(self, resources: tuple[Resource, ...], request: Any) -> None:
        """Let the access token be for ``resources``, if they agree on its form and take one of its scopes."""
        form_for(resources, request.client, request)
        if request.scopes and not narrowed(request.scopes, resources):
            raise InvalidScopeError(description="None of the scopes means anything at this resource.", request=request)
        call_of(request).resources = resources


def _authorized(call: Call) -> tuple[str, ...]:
    """The resources that the authorization named, if it named any."""
    source = call.code or call.family
    return tuple(source.details.get("resource", ())) if source is not None else ()


def _key(resource: Resource) -> str | None:
    return resource.api.client_id if resource.api is not None else None
