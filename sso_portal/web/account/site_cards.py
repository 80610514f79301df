"""A site as a person's page of sites shows it: what it may do, in sentences."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from pyramid.request import Request

from sso_portal.protocol.vocabulary import ACCOUNT_SITES_PATH
from sso_portal.services.site_access import SiteAccess
from sso_portal.web.moments import is_now, moment
from sso_portal.web.pages import site_of
from sso_portal.web.texts import sentence


def site_card(request: Request, access: SiteAccess) -> dict[str, Any]:
    """One site with what it has."""
    client = access.client
    return {
        "site": site_of(request, client),
        "may": [sentence(request, scope) for scope in access.granted],
        "declined": [sentence(request, scope) for scope in access.declined],
        "exact_details": access.exact_details,
        "since": moment(request, access.since),
        "used": moment(request, access.last_used_at),
        "is_active": is_now(request, access.last_used_at),
        "ends": moment(request, access.ends_at) if access.ends_at is not None else None,
        "remembered": access.is_remembered,
        "goes_on": access.goes_on,
        "remove_url": f"{ACCOUNT_SITES_PATH}?{urlencode({'remove': client.client_id})}",
    }
