"""How strongly a person has proved who she is: ``acr`` from ``amr`` (OpenID Connect Core, section 2; RFC 8176)."""

from __future__ import annotations

PASSWORD = "urn:sso-portal:acr:password"  # noqa: S105 - the name of a strength, no password
"""She typed her password, in this session."""

ACR_VALUES = (PASSWORD,)
"""From weakest to strongest."""


def acr_of(methods: str) -> str | None:
    """The strength that methods of sign-in (``amr``, separated by spaces) add up to, if it has a name."""
    return PASSWORD if "pwd" in methods.split() else None
