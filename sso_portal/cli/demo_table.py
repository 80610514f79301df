"""What stands in the demo world: a row for each site, API and app. A new one is one more row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sso_portal.services.client_metadata import DEVICE_CODE, TOKEN_EXCHANGE

SITE = "site"
API = "api"
APP = "app"


@dataclass(frozen=True)
class Row:
    """One client of the demo world.

    kind: ``site`` and ``api`` are processes, ``app`` is started by whoever tries it.   module: below ``demo_sites``.
    offset: of its port from the portal's; 0 for what does not listen.   metadata: how it is registered; addresses: the
    part of it that depends on where things are; settings: what its process is told beside what all are told; command:
    how an app is tried. In these, ``{self}``, ``{portal}`` and client_ids as ``{user_api}`` stand for addresses.
    has_secret: whether it is given one.
    """

    module: str
    client_id: str
    name: str
    chinese_name: str
    offset: int
    kind: str
    metadata: Mapping[str, Any]
    addresses: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    command: str = ""
    has_secret: bool = True


KIT_ADDRESSES = {
    "client_uri": "{self}/",
    "redirect_uris": ["{self}/sso/callback"],
    "initiate_login_uri": "{self}/sso/sign-in",
    "post_logout_redirect_uris": ["{self}/"],
    "backchannel_logout_uri": "{self}/sso/backchannel-logout",
}
"""Of a site that signs people in with ``sso_client.pyramid``."""

OWN_SITE = {"consent": "silent", "first_party": True, "id_token_signed_response_alg": "ES256"}
"""A site of the company: nobody is asked."""

PROJECT_CENTER = "openid profile email projects.read projects.write"
TALENT_CENTER = "openid profile email people.read"
PARTNER_SITE = "openid profile email learning.read videos.read"
"""Its nightly job asks for the statistics too, without a person."""


def api(
    name: str, chinese_name: str, client_id: str, offset: int, metadata: Mapping[str, Any], settings: Mapping[str, str]
) -> Row:
    """An API: tokens are asked for it by its address or its client_id, and its guard knows both."""
    registered = {
        "grant_types": ["client_credentials"],
        "response_types": [],
        "scope": "all",
        "resource_server": True,
        "first_party": True,
        **metadata,
    }
    told = {
        "guard.resource": "{self}",
        "guard.other_names": client_id,
        "guard.scopes": str(metadata["resource_scopes"]),
        **settings,
    }
    addresses = {"client_uri": "{self}/", "resource_uris": ["{self}"]}
    return Row(client_id, client_id, name, chinese_name, offset, API, registered, addresses, told)


ROWS: tuple[Row, ...] = (
    Row(
        "project_center",
        "project-center",
        "Project Center",
        "项目中心",
        1,
        SITE,
        {**OWN_SITE, "scope": PROJECT_CENTER},
        KIT_ADDRESSES,
        {
            "sso.scope": PROJECT_CENTER,
            "sso.resource": "{project_api}",
            "demo.api_url": "{project_api}",
            "demo.sibling_url": "{talent-center}",
        },
    ),
    Row(
        "talent_center",
        "talent-center",
        "Talent Center",
        "人才中心",
        2,
        SITE,
        {**OWN_SITE, "scope": TALENT_CENTER},
        KIT_ADDRESSES,
        {
            "sso.scope": TALENT_CENTER,
            "sso.resource": "{user_api}",
            "demo.api_url": "{user_api}",
            "demo.sibling_url": "{project-center}",
        },
    ),
    Row(
        "partner_site",
        "partner-site",
        "Northlight Academy",
        "北光学院",
        3,
        SITE,
        {
            "scope": f"{PARTNER_SITE} learning.statistics",
            "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
            "consent": "explicit",
            "allowed_resources": ["open_api"],
            "id_token_signed_response_alg": "ES256",
        },
        KIT_ADDRESSES,
        {"sso.scope": PARTNER_SITE, "sso.resource": "{open_api}", "demo.api_url": "{open_api}"},
    ),
    Row(
        "single_page",
        "single-page",
        "Single-Page App",
        "单页应用",
        4,
        SITE,
        {
            "token_endpoint_auth_method": "none",
            "grant_types": ["authorization_code", "implicit"],
            "response_types": ["code", "token"],
            "scope": "profile people.read",
            "consent": "once",
            "first_party": True,
        },
        {"client_uri": "{self}/", "redirect_uris": ["{self}/"]},
        {"demo.api_url": "{user_api}"},
        has_secret=False,
    ),
    api(
        "User API",
        "用户接口",
        "user_api",
        11,
        {
            "resource_scopes": "people.read profile.write profile",
            "resource_scope_descriptions": {
                "people.read": "Look up your colleagues",
                "profile.write": "Change your entry in the company's directory",
            },
            "resource_scope_descriptions#zh-CN": {
                "people.read": "查找你的同事",
                "profile.write": "修改你在公司通讯录里的资料",
            },
        },
        {
            "guard.check": "introspection",
            # The apps of the platform's description ask for a token without saying what it is for.
            "guard.any_audience": "true",
            "guard.origins": "{single-page}",
        },
    ),
    api(
        "Project API",
        "项目接口",
        "project_api",
        12,
        {
            "access_token_format": "jwt",
            "grant_types": ["client_credentials", TOKEN_EXCHANGE],
            "token_exchange_to": ["user_api"],
            "resource_scopes": "projects.read projects.write profile",
            "resource_scope_descriptions": {
                "projects.read": "See the projects that you keep there",
                "projects.write": "Create, change and delete projects of yours",
            },
            "resource_scope_descriptions#zh-CN": {
                "projects.read": "查看你的项目",
                "projects.write": "新建、修改和删除你的项目",
            },
        },
        {"guard.check": "jwt", "demo.user_api_url": "{user_api}"},
    ),
    api(
        "Open API",
        "开放接口",
        "open_api",
        13,
        {
            "resource_scopes": "learning.read videos.read learning.statistics",
            "resource_scope_descriptions": {
                "learning.read": "See which lessons you have finished",
                "videos.read": "See which videos you have watched",
                "learning.statistics": "See how much is learnt in the company, without names",
            },
            "resource_scope_descriptions#zh-CN": {
                "learning.read": "查看你学完了哪些课程",
                "videos.read": "查看你看过哪些视频",
                "learning.statistics": "查看全公司的学习统计（不含姓名）",
            },
        },
        # What a person takes back from another company stops with its next call.
        {"guard.check": "introspection", "guard.cache_seconds": "0"},
    ),
    Row(
        "",
        "mobile-app",
        "Mobile App",
        "手机应用",
        0,
        APP,
        {
            "application_type": "native",
            "token_endpoint_auth_method": "none",
            "grant_types": ["authorization_code", "refresh_token", "password", DEVICE_CODE],
            "scope": "openid profile email offline_access people.read profile.write",
            "consent": "once",
            "first_party": True,
            # Any port of this machine is taken (RFC 8252, section 7.3).
            "redirect_uris": ["http://127.0.0.1/callback", "http://[::1]/callback"],
        },
        command="python -m demo_sites.mobile_app --portal {portal} --user-api {user_api}",
        has_secret=False,
    ),
)
