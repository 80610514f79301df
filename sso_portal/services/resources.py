"""Resources: the APIs that access tokens are for (RFC 8707), and the form of token that each of them takes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from sso_portal.services.clients import Client


@dataclass(frozen=True)
class Resource:
    """What a token is for: ``name`` as it was asked for, and the API; ``None`` is the portal itself (userinfo)."""

    name: str
    api: Client | None = None


@dataclass(frozen=True)
class TokenForm:
    """What an access token looks like: ``opaque``, or ``jwt`` signed with ``algorithm``."""

    kind: str
    algorithm: str


def identifiers_of(client: Client) -> frozenset[str]:
    """The names by which tokens may be asked for an API: its addresses and its client_id; a client that is no API has
    none."""
    if not client.metadata["resource_server"]:
        return frozenset()
    return frozenset((client.client_id, *client.metadata["resource_uris"]))


def find_resource(name: str, clients: Iterable[Client], issuer: str) -> Resource | None:
    """What ``name`` stands for, if it is registered."""
    if name == issuer:
        return Resource(name)
    api = next((client for client in clients if name in identifiers_of(client)), None)
    return Resource(name, api) if api is not None else None


def may_use(client: Client, resource: Resource) -> bool:
    """Whether ``client`` may have tokens for a resource: any, unless it is registered for certain ones."""
    allowed = client.metadata["allowed_resources"]
    return not allowed or resource.api is None or bool(identifiers_of(resource.api) & set(allowed))


def may_exchange_for(client: Client, resource: Resource) -> bool:
    """Whether ``client`` may exchange tokens for a resource: never without being registered for it, nor for its own."""
    if resource.api is None or resource.api.client_id == client.client_id:
        return False
    return bool(identifiers_of(resource.api) & set(client.metadata["token_exchange_to"]))


def forms_of(resources: Sequence[Resource], client: Client) -> frozenset[TokenForm]:
    """The forms that the resources take; without any, the one that the requesting client is registered for.

    The portal itself takes either, so it counts only when nothing else is asked for.
    """
    owners = [resource.api for resource in resources if resource.api is not None] or [client]
    return frozenset(form_of(owner) for owner in owners)


def form_of(client: Client) -> TokenForm:
    """The form that a client is registered for."""
    kind = client.metadata["access_token_format"]
    return _form(kind, client.metadata["access_token_signed_response_alg"] if kind == "jwt" else "")


# Registered values alone come here, and there are as many as kinds and algorithms.
_form = cache(TokenForm)


def narrowed(scopes: Iterable[str], resources: Sequence[Resource]) -> list[str]:
    """Those of ``scopes`` that mean something at one of ``resources``; without any resource, all of them."""
    if not resources:
        return list(scopes)
    allowed = [resource.api.metadata["resource_scopes"].split() if resource.api else [] for resource in resources]
    if not all(allowed):
        return list(scopes)
    known = {scope for names in allowed for scope in names}
    return [scope for scope in scopes if scope in known]
