"""Where a section of a specification can be read."""

from __future__ import annotations

import re
from html import escape

from sso_flow.words import OURS, UNKNOWN, Language

_OPENID = {
    "OpenID Connect Core": "openid-connect-core-1_0.html",
    "OpenID Connect Discovery": "openid-connect-discovery-1_0.html",
    "OpenID Connect Session Management": "openid-connect-session-1_0.html",
    "OpenID Connect RP-Initiated Logout": "openid-connect-rpinitiated-1_0.html",
    "OpenID Connect Back-Channel Logout": "openid-connect-backchannel-1_0.html",
    "OpenID Connect Front-Channel Logout": "openid-connect-frontchannel-1_0.html",
    "OAuth 2.0 Multiple Response Types": "oauth-v2-multiple-response-types-1_0.html",
    "JWT Secured Authorization Response Mode": "oauth-v2-jarm.html",
}


def address_of(section: str) -> str:
    """The address of ``RFC 6749, 4.1.1`` or of the specification itself; empty for what is nobody's."""
    rfc = re.fullmatch(r"RFC (\d+), ([\d.]+)", section)
    if rfc is not None:
        return f"https://www.rfc-editor.org/rfc/rfc{rfc[1]}#section-{rfc[2]}"
    page = _OPENID.get(section.partition(",")[0], "")
    return f"https://openid.net/specs/{page}" if page else ""


def section_said(section: str | None, language: Language) -> str:
    """A section's name in words; ``None`` for a parameter that nobody has specified."""
    if section is None:
        return UNKNOWN.said(language)
    return OURS.said(language) if section == "portal" else section


def section_link(section: str | None, language: Language) -> str:
    """The same as HTML, linked where there is something to read."""
    said, address = escape(section_said(section, language)), address_of(section or "")
    return f'<a href="{escape(address)}" rel="noreferrer">{said}</a>' if address else said
