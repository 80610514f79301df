"""Is the portal there, is it the one that is meant, and do the clocks agree."""

from __future__ import annotations

from email.utils import parsedate_to_datetime

from sso_client.check.case import Case
from sso_client.check.finding import Verdict, right, shown, unseen, wrong
from sso_client.discovery import Discovery
from sso_client.documents import Documents
from sso_client.errors import PortalUnavailable
from sso_client.json_answer import read_object, text_member
from sso_client.store import IN_MEMORY, Store

_KEEP_TIME = "Let the machine take its time from the network (chrony, systemd-timesyncd, ntpd)."


def issuer(case: Case) -> Verdict:
    """The metadata can be fetched and name the issuer that was asked for (OpenID Connect Discovery section 4.3)."""
    expected = case.settings.issuer
    url = expected.rstrip("/") + "/.well-known/openid-configuration"
    mend = "Write the portal's public address, as people see it, into sso.issuer; see that this machine can reach it."
    try:
        answer = case.backchannel.send("GET", url)
    except PortalUnavailable as problem:
        return wrong(f"The portal's metadata cannot be fetched: {shown(str(problem))}.", mend)
    if answer.status_code != 200:
        return wrong(f"{shown(url)} answers {answer.status_code}.", mend)
    try:
        body = read_object(answer.content)
    except ValueError:
        return wrong(f"{shown(url)} is no JSON object.", mend)
    case.known.portal_offset = offset(case, answer.headers.get("Date", ""))
    named = text_member(body, "issuer")
    if named != expected:
        says = f"The settings name the issuer {shown(expected)}, the metadata name {shown(named) or 'none'}."
        return wrong(
            says, f"Write sso.issuer = {shown(named)}, letter by letter; a last slash counts." if named else mend
        )
    documents = Documents(Store(IN_MEMORY), case.clock)
    documents.put(url, body)
    try:
        case.known.metadata = Discovery(case.settings, case.backchannel, documents, case.clock).metadata()
    except PortalUnavailable as problem:
        return wrong(f"{shown(str(problem))}.", "Let who runs the portal look at its metadata.")
    return right(f"The metadata of {shown(expected)} are there and name it.")


def keys(case: Case) -> Verdict:
    """The keys that id_tokens are checked with are there (RFC 7517 section 5)."""
    mend = "Let who runs the portal look at its keys: no site can check an id_token without them."
    try:
        found = case.backchannel.get_json(case.metadata.jwks_uri).get("keys")
    except PortalUnavailable as problem:
        return wrong(f"The portal's keys cannot be fetched: {shown(str(problem))}.", mend)
    usable = [key for key in found if isinstance(key, dict) and key.get("kty")] if isinstance(found, list) else []
    if not usable:
        return wrong("The portal publishes no key.", mend)
    case.known.key_ids = [key["kid"] for key in usable if isinstance(key.get("kid"), str)]
    return right(f"The portal publishes {len(usable)} keys." if len(usable) > 1 else "The portal publishes a key.")


def clock(case: Case) -> Verdict:
    """This machine's clock agrees with the portal's; where it does not, tokens look expired or not yet made."""
    return _agreement(case, case.known.portal_offset, 0, "This machine's clock", "portal")


def site_clock(case: Case) -> Verdict:
    """The site's clock agrees with the portal's."""
    case.known.site_offset = offset(case, case.way.date)
    return _agreement(case, case.known.portal_offset, case.known.site_offset, "The site's clock", "site or the portal")


def _agreement(case: Case, portal: int | None, other: int | None, whose: str, silent: str) -> Verdict:
    if portal is None or other is None:
        return unseen(f"The {silent} sends no Date header, so the clocks cannot be compared.")
    ahead = other - portal
    if abs(ahead) <= case.wanted.skew:
        return right(f"{whose} and the portal's are {abs(ahead)} seconds apart; {case.wanted.skew} are tolerated.")
    where = "ahead of" if ahead > 0 else "behind"
    return wrong(f"{whose} is {abs(ahead)} seconds {where} the portal's; {case.wanted.skew} are tolerated.", _KEEP_TIME)


def offset(case: Case, date: str) -> int | None:
    """Return how many seconds a Date header is ahead of this machine now, None when there is none to read."""
    try:
        return int(parsedate_to_datetime(date).timestamp()) - case.clock.now()
    except (ValueError, OverflowError, OSError):
        return None
