"""Scopes of APIs in words: what their operators have registered."""

from __future__ import annotations

from collections.abc import Iterable

from sso_portal.services.clients import Client

_CHINESE = "resource_scope_descriptions#zh-CN"


def description_of(scope: str, language: str, apis: Iterable[Client]) -> str:
    """What ``scope`` lets a site do at the first of ``apis`` that tells it, in ``language`` (``en`` or ``zh_CN``) or
    else in the other one; "" when none does."""
    for api in apis:
        in_english = api.metadata["resource_scope_descriptions"].get(scope, "")
        in_chinese = api.metadata[_CHINESE].get(scope, "")
        words = (in_chinese or in_english) if language.startswith("zh") else (in_english or in_chinese)
        if words:
            return str(words)
    return ""
