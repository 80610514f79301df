"""The specification's own words, once."""

from __future__ import annotations

from typing import Final

AUTHORIZE_PATH: Final = "/o/authorize/"
LOGIN_PATH: Final = "/o/login/"

INTERACTION: Final = "interaction"
"""Our own parameter on the authorization endpoint: the signed marker that an interaction has happened."""

PROMPT_VALUES: Final = ("none", "login", "consent", "select_account")
"""Values of ``prompt`` that are honoured (OpenID Connect Core, section 3.1.2.1)."""

CODE_CHALLENGE_METHODS: Final = ("S256",)
"""``plain`` is left out on purpose (RFC 9700, section 2.1.1)."""
