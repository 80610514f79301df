"""All checks, in the order in which they are told, and what each of them needs.

What needs something that is wrong is not looked at: one fault is one red line.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from sso_client.check import api_checks, callback_checks, cookie_checks, logout_checks, portal_checks, sign_in_checks
from sso_client.check.case import Case
from sso_client.check.credentials_check import credentials
from sso_client.check.finding import Finding, Outcome, Verdict, shown, unseen, wrong
from sso_client.check.redirect_uri_check import redirect_uri
from sso_client.check.visits import Unreachable


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the list. `needs`: codes of lines that come before it and have to be right."""

    code: str
    look: Callable[[Case], Verdict]
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ApiCheck:
    """One line for each API."""

    code: str
    look: Callable[[Case, str], Verdict]
    needs: tuple[str, ...] = ()


CHECKS = (
    Check("issuer", portal_checks.issuer),
    Check("keys", portal_checks.keys, ("issuer",)),
    Check("clock", portal_checks.clock, ("issuer",)),
    Check("credentials", credentials, ("issuer",)),
    Check("sign_in", sign_in_checks.sign_in, ("issuer",)),
    Check("site_clock", portal_checks.site_clock, ("sign_in",)),
    # A site that takes https for http sets its cookies for that, too.
    Check("return_address", sign_in_checks.return_address, ("sign_in",)),
    Check("redirect_uri", redirect_uri, ("return_address",)),
    Check("state", sign_in_checks.state, ("sign_in",)),
    Check("nonce", sign_in_checks.nonce, ("sign_in",)),
    Check("pkce", sign_in_checks.pkce, ("sign_in",)),
    Check("cookie_flags", cookie_checks.cookie_flags, ("return_address",)),
    Check("cookie_prefix", cookie_checks.cookie_prefix, ("cookie_flags",)),
    Check("callback_state", callback_checks.callback_state, ("return_address", "state")),
    Check("callback_error", callback_checks.callback_error, ("return_address", "state")),
    Check("callback_code", callback_checks.callback_code, ("callback_state", "credentials", "redirect_uri")),
    Check("backchannel_logout", logout_checks.backchannel_logout, ("sign_in",)),
    Check("frontchannel_logout", logout_checks.frontchannel_logout, ("sign_in",)),
)
API_CHECKS = (
    ApiCheck("api_closed", api_checks.api_closed),
    ApiCheck("api_challenge", api_checks.api_challenge, ("api_closed",)),
    ApiCheck("api_token", api_checks.api_token, ("api_challenge",)),
    ApiCheck("api_query", api_checks.api_query, ("api_challenge",)),
    ApiCheck("api_json", api_checks.api_json, ("api_closed",)),
)
CODES = tuple(check.code for check in (*CHECKS, *API_CHECKS))
"""The codes of all lines. They stay: programs and the recipe name them."""


def examine(case: Case) -> list[Finding]:
    """Look at everything. Whatever the other side does, this ends, and nothing is raised."""
    first_faults: dict[str, str] = {}
    found = [_find(check, partial(check.look, case), first_faults) for check in CHECKS]
    for url in case.wanted.apis:
        faults: dict[str, str] = {}
        found += [_find(check, partial(check.look, case, url), faults, url) for check in API_CHECKS]
    return found


def _find(
    check: Check | ApiCheck, look: Callable[[], Verdict], first_faults: dict[str, str], about: str = ""
) -> Finding:
    """Look, unless something that is needed is wrong. `first_faults`: the wrong line behind each that is not right."""
    cause = next((first_faults[need] for need in check.needs if need in first_faults), "")
    verdict = unseen(f"Not looked at: mend {cause} first.") if cause else _look(look)
    if cause or verdict.outcome is Outcome.WRONG:
        first_faults[check.code] = cause or check.code
    return Finding(check.code, verdict.outcome, verdict.says, verdict.mend, about)


def _look(look: Callable[[], Verdict]) -> Verdict:
    try:
        return look()
    except Unreachable as problem:
        return wrong(shown(str(problem)), "See that it runs, answers in time, and can be reached from this machine.")
