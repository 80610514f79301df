"""Scopes of APIs in words: what may be registered, and which words are found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from sso_portal.base.errors import Refused
from sso_portal.services.api_scopes import description_of
from sso_portal.services.client_metadata import complete_metadata

ENGLISH, CHINESE = "resource_scope_descriptions", "resource_scope_descriptions#zh-CN"


@dataclass
class Api:
    metadata: dict[str, Any]


def registered(**members: Any) -> dict[str, Any]:
    api = {"client_name": "API", "grant_types": [], "response_types": [], "resource_server": True}
    return complete_metadata({**api, "resource_scopes": "files.read files.write", **members})


def test_words_are_found_in_the_language_asked_for_or_else_in_the_other() -> None:
    first = Api(registered(**{ENGLISH: {"files.read": "See your files"}, CHINESE: {"files.read": "查看你的文件"}}))
    second = Api(registered(**{ENGLISH: {"files.write": "Change your files"}}))
    assert description_of("files.read", "en", [first, second]) == "See your files"
    assert description_of("files.read", "zh_CN", [first, second]) == "查看你的文件"
    assert description_of("files.write", "zh_CN", [first, second]) == "Change your files"
    assert description_of("files.burn", "en", [first, second]) == ""


@pytest.mark.parametrize("member", [ENGLISH, CHINESE])
@pytest.mark.parametrize(
    "described",
    [
        {"files.burn": "Burn your files"},
        {"files.read": ""},
        {"files.read": " "},
        {"files.read": 1},
        {"files.read": ["See"]},
        {"files.read": "two\nlines"},
        {"files.read": "\u202e hidden"},
        {"files.read": "x" * 201},
    ],
)
def test_descriptions_that_are_none_are_refused(member: str, described: dict[str, Any]) -> None:
    with pytest.raises(Refused, match=f"^{member}: "):
        registered(**{member: described})
