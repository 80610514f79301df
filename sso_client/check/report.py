"""The list as people and programs read it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from urllib.parse import urlsplit

from sso_client.check.finding import Finding, Outcome, shown

NOT_FROM_OUTSIDE = (
    "that the site checks signature, iss, aud, exp and nonce of id_tokens",
    "the flags of the session's own cookie, and that its value changes when somebody signs in",
    "that a code or a state is used once, and that forged ones are not merely refused later, by the portal",
    "that signing out ends the session on the server, and that real logout tokens are obeyed",
    "where tokens and the secret are kept, and whether logs hold them",
)
"""What nobody can see without signing in or looking inside."""

_SIGNS = {Outcome.RIGHT: ("ok", "32"), Outcome.WRONG: ("WRONG", "31"), Outcome.UNSEEN: ("–", "2")}
_WIDTH = max(len(sign) for sign, _ in _SIGNS.values())


def lines_of(site: str, findings: Sequence[Finding], *, coloured: bool = False) -> list[str]:
    """Return the list for people. `coloured`: with the colours of a terminal; the signs say the same without."""
    width = max(len(finding.code) for finding in findings)
    lines, about = [without_secrets(site), ""], ""
    for finding in findings:
        if finding.about != about:
            about = finding.about
            lines += ["", without_secrets(about), ""]
        sign, colour = _SIGNS[finding.outcome]
        mark = f"\033[{colour}m{sign:<{_WIDTH}}\033[0m" if coloured else f"{sign:<{_WIDTH}}"
        lines.append(f"  {mark}  {finding.code:<{width}}  {finding.says}")
        if finding.mend:
            lines.append(f"  {'':<{_WIDTH}}  {'':<{width}}  → {finding.mend}")
    counts = Counter(finding.outcome for finding in findings)
    lines += ["", f"{counts[Outcome.RIGHT]} right, {counts[Outcome.WRONG]} wrong, {counts[Outcome.UNSEEN]} not seen"]
    lines += ["", "Nobody can see from outside:", *(f"  - {what}" for what in NOT_FROM_OUTSIDE)]
    return lines


def document_of(site: str, findings: Sequence[Finding]) -> dict[str, Any]:
    """Return the list for programs."""
    counts = Counter(finding.outcome for finding in findings)
    return {
        "site": without_secrets(site),
        "counts": {outcome.value: counts[outcome] for outcome in Outcome},
        "findings": [{**asdict(finding), "about": without_secrets(finding.about)} for finding in findings],
        "not_seen_from_outside": list(NOT_FROM_OUTSIDE),
    }


def without_secrets(url: str) -> str:
    """Return an address as it may be shown: without its query, which can hold what others should not see."""
    parts = urlsplit(url)
    return shown(f"{parts.scheme}://{parts.netloc}{parts.path}") if url else ""
