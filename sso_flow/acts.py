"""What the person did to make her browser send a request."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from sso_flow.exchanges import host_of
from sso_flow.facts import header_of
from sso_flow.journal import Hop
from sso_flow.values import shortened, shown_path
from sso_flow.words import (
    ALLOWS,
    DECIDES,
    DECLINES,
    FOLLOWS,
    OPENS,
    SENDS,
    SIGNS_ALL_OUT,
    SIGNS_IN,
    SIGNS_OUT,
    SIGNS_OUT_HERE,
    STAYS,
    Language,
)

_BY_THE_PAGE = {"iframe", "frame", "image", "script", "style", "font", "empty", "manifest", "worker"}
_SIGN_OUT = re.compile(r"/(sign-?_?out|log-?_?out)/?$", re.IGNORECASE)
_DECISIONS = {
    "allow": ALLOWS,
    "deny": DECLINES,
    "sign_out": SIGNS_OUT_HERE,
    "sign_out_all": SIGNS_ALL_OUT,
    "stay": STAYS,
}
"""What the buttons of the portal's pages mean, by what they send."""

_ANSWERS = {"code", "id_token", "response", "error"}


def act_of(hop: Hop, names: Mapping[str, str], language: Language) -> str:
    """Her deed in words; empty when the page itself sent the request, as frames and self-posting forms do."""
    fields = dict(hop.form)
    posted_answer = "state" in fields and _ANSWERS & set(fields)
    if header_of(hop.request_headers, "Sec-Fetch-Dest").lower() in _BY_THE_PAGE or posted_answer:
        return ""
    site = names.get(host_of(hop.url)) or host_of(hop.url)
    path = shown_path(urlsplit(hop.url).path or "/")
    where = f"{site} {path}"
    if hop.method != "POST":
        referer = header_of(hop.request_headers, "Referer")
        return (FOLLOWS if referer else OPENS).said(language, where=where)
    if "password" in fields:
        return SIGNS_IN.said(language)
    if "decision" in fields:
        plain = _DECISIONS.get(fields["decision"])
        return (plain or DECIDES).said(language, **({} if plain else {"decision": shortened(fields["decision"])}))
    if _SIGN_OUT.search(path):
        return SIGNS_OUT.said(language, where=site)
    return SENDS.said(language, where=where)
