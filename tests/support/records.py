"""Rows for storage and service tests: complete, plausible, each value in the test's hand."""

from __future__ import annotations

from typing import Any

from sso_portal.base.ids import identifier, token
from sso_portal.storage.codes import Code
from sso_portal.storage.database import Work
from sso_portal.storage.device_codes import DeviceCode
from sso_portal.storage.sessions import Session, SessionStore
from sso_portal.storage.tokens import Family, Token
from sso_portal.storage.users import User, UserStore

NOW = 1_800_000_000

WHOLE_PROFILE: dict[str, Any] = {
    "given_name": "鹏",
    "family_name": "张",
    "middle_name": "M.",
    "nickname": "老张",
    "profile": "https://people.example.test/zp#about",
    "picture": "https://people.example.test/zp.jpg",
    "website": "http://zp.example.test/",
    "gender": "male",
    "birthdate": "1986-04-12",
    "zoneinfo": "Asia/Shanghai",
    "locale": "zh-CN",
    "phone_number": "+8613900000001",
    "phone_number_verified": True,
    "address": {
        "formatted": "北京市海淀区中关村大街 27 号\n100080",
        "street_address": "海淀区中关村大街 27 号",
        "locality": "北京市",
        "region": "北京市",
        "postal_code": "100080",
        "country": "CN",
    },
}
"""Every standard claim that is no column of its own (OpenID Connect Core, section 5.1)."""


def add_user(work: Work, username: str = "zp", **fields: Any) -> User:
    """A person in the database."""
    values: dict[str, Any] = {
        "subject": identifier(),
        "username": username,
        "name": username.title(),
        "email": f"{username}@example.test",
        "email_verified": False,
        "is_administrator": False,
        "is_enabled": True,
        "created_at": NOW,
        "updated_at": NOW,
        **fields,
    }
    assert UserStore(work).add(username, **values)
    user = UserStore(work).by_key(username)
    assert user is not None
    return user


def a_session(user_id: int, **fields: Any) -> Session:
    """A session that began now and lasts an hour without use, twelve in all."""
    values: dict[str, Any] = {
        "sid": identifier(),
        "user_id": user_id,
        "remember_me": False,
        "address": "192.0.2.7",
        "user_agent": "a browser",
        "created_at": NOW,
        "auth_time": NOW,
        "last_seen_at": NOW,
        "idle_expires_at": NOW + 3600,
        "expires_at": NOW + 43_200,
        "ended_at": None,
        "idle_seconds": 3600,
        **fields,
    }
    return Session(**values)


def add_session(work: Work, user_id: int, cookie_hash: str = "", **fields: Any) -> Session:
    """A session in the database."""
    session = a_session(user_id, **fields)
    SessionStore(work).add(session, cookie_hash or token())
    return session


def a_code(user_id: int, sid: str, **fields: Any) -> Code:
    """A code that was made now and lives a minute."""
    values: dict[str, Any] = {
        "code_hash": token(),
        "family_id": identifier(),
        "client_id": "rp",
        "user_id": user_id,
        "sid": sid,
        "redirect_uri": "https://rp.example.test/cb",
        "scope": "openid profile",
        "nonce": "n",
        "code_challenge": "c" * 43,
        "code_challenge_method": "S256",
        "auth_time": NOW,
        "issued_at": NOW,
        "expires_at": NOW + 60,
        "consumed_at": None,
        **fields,
    }
    return Code(**values)


def a_family(user_id: int | None, sid: str | None, **fields: Any) -> Family:
    """A family that began now and lasts a day."""
    values: dict[str, Any] = {
        "family_id": identifier(),
        "client_id": "rp",
        "user_id": user_id,
        "sid": sid,
        "scope": "openid profile",
        "nonce": None,
        "auth_time": NOW,
        "created_at": NOW,
        "expires_at": NOW + 86_400,
        **fields,
    }
    return Family(**values)


def a_token(family: Family, kind: str = "access", **fields: Any) -> Token:
    """A token of a family, made now, that lives an hour."""
    values: dict[str, Any] = {
        "token_hash": token(),
        "kind": kind,
        "family_id": family.family_id,
        "scope": family.scope,
        "issued_at": NOW,
        "expires_at": NOW + 3600,
        **fields,
    }
    return Token(**values)


def a_device_code(**fields: Any) -> DeviceCode:
    """A device's wish that began now, lives ten minutes and waits for an answer."""
    values: dict[str, Any] = {
        "device_code_hash": token(),
        "user_code_hash": token(),
        "family_id": identifier(),
        "client_id": "tv",
        "scope": "openid profile",
        "issued_at": NOW,
        "expires_at": NOW + 600,
        "poll_seconds": 5,
        **fields,
    }
    return DeviceCode(**values)
