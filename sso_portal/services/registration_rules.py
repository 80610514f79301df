"""What a client may say of itself when it registers itself (OpenID Connect Dynamic Client Registration 1.0, section 2;
RFC 7591, section 2). Whatever belongs to the operator, or is not known here, is left aside."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from sso_portal.base.errors import Refused
from sso_portal.base.urls import host_name, host_of, is_loopback_host
from sso_portal.services.client_metadata import FIELDS, ordered_response_type
from sso_portal.services.federation.addresses import Unfetchable, is_public, target_of
from sso_portal.services.scopes import SCOPES

SELF_REGISTERED_SCOPES = tuple(name for name in SCOPES if name not in {"all", "roles"})
"""Scopes that a client may give itself: what is about the company and its platform is for the operator to give."""

_GRANTS = ("authorization_code", "refresh_token", "implicit")
_MACHINE_GRANT = "client_credentials"
_FETCHED = ("jwks_uri", "sector_identifier_uri", "backchannel_logout_uri")
_SHOWN = ("client_uri", "logo_uri", "policy_uri", "tos_uri", "initiate_login_uri", "frontchannel_logout_uri")
_LONGEST_NAME = 100
_MOST_ADDRESSES = 50
_LONGEST_TEXT = 2_000


class RegistrationRefused(Refused):
    """A registration that cannot be; ``code`` is the error of RFC 7591, section 3.2.2."""

    def __init__(self, code: str, message: str) -> None:
        """Keep both."""
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Rules:
    """What the operator decided. ``insecure``: addresses on this machine may be plain http, as the portal's own is."""

    allowed_hosts: Collection[str] = ()
    insecure: bool = False
    require_pkce: bool = True
    trusted: bool = False


def metadata_of(sent: Mapping[str, Any], rules: Rules) -> dict[str, Any]:
    """The metadata that a registration request asks for, ready to be completed. Raises :class:`RegistrationRefused`."""
    if "software_statement" in sent:
        raise RegistrationRefused("invalid_software_statement", "Software statements are not supported.")
    known = {name: value for name, value in sent.items() if name in FIELDS and not FIELDS[name].own}
    given = {name: value for name, value in known.items() if value is not None}
    _check_sizes(given)
    given.update(_grants(given, rules), **_names(given))
    given["scope"] = _scopes(given)
    _check_redirect_uris(given, rules)
    _check_addresses(given, rules)
    public = given.get("token_endpoint_auth_method") == "none"
    return {**given, "consent": "once", "require_pkce": public or rules.require_pkce}


def _check_sizes(given: Mapping[str, Any]) -> None:
    for name, value in given.items():
        texts = value if isinstance(value, list) else [value]
        if len(texts) > _MOST_ADDRESSES or any(isinstance(text, str) and len(text) > _LONGEST_TEXT for text in texts):
            raise RegistrationRefused("invalid_client_metadata", f"{name}: is too long.")


def _grants(given: Mapping[str, Any], rules: Rules) -> dict[str, Any]:
    """Grants and response types; when only one of the two was sent, the other is what belongs to it."""
    grants: Any = given.get("grant_types")
    types: Any = given.get("response_types")
    if not _is_texts(grants, optional=True) or not _is_texts(types, optional=True):
        raise RegistrationRefused("invalid_client_metadata", "grant_types and response_types are lists of texts.")
    if types is None:
        needs_code = grants is None or "authorization_code" in grants
        types = ["code"] if needs_code else ["id_token", "id_token token"] if "implicit" in grants else []
    types = [ordered_response_type(item) for item in types]
    if grants is None:
        words = {word for item in types for word in item.split()}
        grants = ["authorization_code"] * ("code" in words) + ["implicit"] * bool(words & {"token", "id_token"})
    allowed = (*_GRANTS, _MACHINE_GRANT) if rules.trusted else _GRANTS
    strange = [grant for grant in grants if grant not in allowed]
    if strange:
        raise RegistrationRefused(
            "invalid_client_metadata", f"grant_types: {strange[0][:60]!r} is only given by the portal's operator."
        )
    return {"grant_types": grants, "response_types": types}


def _is_texts(value: object, *, optional: bool) -> bool:
    if value is None:
        return optional
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _names(given: Mapping[str, Any]) -> dict[str, str]:
    uris = given.get("redirect_uris")
    first = uris[0] if _is_texts(uris, optional=False) and uris else ""
    names = {"client_name": given.get("client_name") or host_of(first)}
    if given.get("client_name#zh-CN"):
        names["client_name#zh-CN"] = given["client_name#zh-CN"]
    for name, value in names.items():
        # Signs that turn the direction of writing are not printable: no name may look like another's.
        if not isinstance(value, str) or len(value) > _LONGEST_NAME or not value.isprintable():
            raise RegistrationRefused(
                "invalid_client_metadata", f"{name}: has 1 to {_LONGEST_NAME} printable characters."
            )
    return names


def _scopes(given: Mapping[str, Any]) -> str:
    asked = given.get("scope")
    if asked is None:
        return " ".join(SELF_REGISTERED_SCOPES)
    if not isinstance(asked, str):
        raise RegistrationRefused("invalid_client_metadata", "scope: is a text of scopes separated by blanks.")
    return " ".join(dict.fromkeys(scope for scope in asked.split() if scope in SELF_REGISTERED_SCOPES))


def _check_redirect_uris(given: Mapping[str, Any], rules: Rules) -> None:
    uris = given.get("redirect_uris", [])
    if not _is_texts(uris, optional=False):
        raise RegistrationRefused("invalid_redirect_uri", "redirect_uris: is a list of addresses.")
    native = given.get("application_type") == "native"
    for uri in uris:
        scheme, loopback = _scheme(uri), is_loopback_host(host_name(uri))
        if native:
            right = scheme not in {"http", "https"} or (scheme == "http" and loopback)
            rule = "a native application uses a scheme of its own, or http on this machine"
        else:
            right = (scheme == "https" and not loopback) or (rules.insecure and loopback)
            rule = "a web application uses https, and not this machine"
        if not right:
            raise RegistrationRefused("invalid_redirect_uri", f"redirect_uris: {uri[:200]!r}: {rule}.")


def _check_addresses(given: Mapping[str, Any], rules: Rules) -> None:
    requests = given.get("request_uris", [])
    fetched = [(name, given.get(name)) for name in _FETCHED]
    fetched += [("request_uris", uri) for uri in (requests if _is_texts(requests, optional=False) else [])]
    for name, uri in fetched:
        if not uri:
            continue
        try:
            target = target_of(str(uri), rules.allowed_hosts)
        except Unfetchable as error:
            raise RegistrationRefused("invalid_client_metadata", f"{name}: {error}") from None
        if not target.trusted and _is_inside(target.host):
            raise RegistrationRefused("invalid_client_metadata", f"{name}: Its host is not on the public internet.")
    for name in _SHOWN:
        uri = given.get(name)
        if uri and not _may_be_shown(str(uri), rules):
            raise RegistrationRefused("invalid_client_metadata", f"{name}: is an https address on the public internet.")


def _may_be_shown(uri: str, rules: Rules) -> bool:
    host = host_name(uri)
    if rules.insecure and is_loopback_host(host):
        return _scheme(uri) in {"http", "https"}
    return _scheme(uri) == "https" and bool(host) and not _is_inside(host)


def _is_inside(host: str) -> bool:
    """Whether a host, as it is written, is this machine or an address that is not public; names are looked up later."""
    if is_loopback_host(host) or host.endswith((".localhost", ".local", ".internal")):
        return True
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return not is_public(host)


def _scheme(uri: str) -> str:
    try:
        return urlsplit(uri).scheme
    except ValueError:
        return ""
