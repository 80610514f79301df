"""How a person came in, told in plain words from the story that the kit keeps of her last sign-in."""

from __future__ import annotations

from dataclasses import dataclass

from pyramid.i18n import Localizer, TranslationString, TranslationStringFactory
from pyramid.request import Request

from demo_sites.common.words import SHARED_DOMAIN
from sso_client.story import Step, shown_length

_ = TranslationStringFactory(SHARED_DOMAIN)

SENTENCES = {
    "redirect": (
        _("This site sent your browser to the portal"),
        _(
            "You asked for something that needs to know who you are. The request went along in the address; "
            "nothing in it is a password."
        ),
    ),
    "returned": (
        _("The portal sent your browser back"),
        _(
            "It brought a code that works once and only for a minute. Whoever reads it in the address can do "
            "nothing with it."
        ),
    ),
    "exchange": (
        _("Our server exchanged the code for tokens"),
        _(
            "Server to server, without your browser. We proved who we are and that the first step was ours. "
            "The tokens stay on our server."
        ),
    ),
    "checks": (
        _("Our server checked the signed statement about you"),
        _("A forged, foreign, outdated or replayed statement would have been refused here."),
    ),
    "claims": (
        _("The portal told us who you are"),
        _("This is all we learned. From now on a cookie of this site remembers you."),
    ),
    "call": (
        _("Our server asked an API for you"),
        _("Server to server again. The key went along in a header; your browser never had it."),
    ),
}

# What the names of the protocol mean. A step that uses a name in a sense of its own comes first.
MEANINGS = {
    "checks iss": _("Comes from our portal"),
    "checks nonce": _("Belongs to this attempt"),
    "signature": _("Signed with the portal’s key"),
    "aud": _("Meant for this site"),
    "azp": _("Issued to this site"),
    "exp": _("Has not run out"),
    "iat": _("Was made just now"),
    "at_hash": _("Fits the access token"),
    "Address": _("Address"),
    "Seconds at the portal": _("Seconds away"),
    "Status": _("How it answered (200 is good)"),
    "response_type": _("What we asked for"),
    "client_id": _("Which site asked"),
    "redirect_uri": _("Where to come back to"),
    "scope": _("What it may be used for"),
    "redirect scope": _("What we wanted to know"),
    "state": _("Ties the answer to this browser"),
    "nonce": _("Ties the statement to this attempt"),
    "code_challenge": _("Fingerprint of a secret that we kept"),
    "code_challenge_method": _("How the fingerprint was made"),
    "code": _("Code that works once"),
    "iss": _("Who answered"),
    "grant_type": _("Kind of exchange"),
    "code_verifier": _("The secret behind the fingerprint"),
    "access_token": _("Key for calls in your name"),
    "id_token": _("Signed statement about you"),
    "refresh_token": _("Renews the key without asking you"),
    "sub": _("Your number at the portal"),
    "preferred_username": _("User name"),
    "name": _("Name"),
    "email": _("E-mail"),
    "email_verified": _("E-mail confirmed"),
    "ui_locales": _("Language of the pages"),
}

SILENT = _("The portal knew you already. It showed no page and sent you straight back.")
NOT_ASKED = _("The portal knew you already and did not ask for your password. The detour took ${seconds} s.")
ASKED = _("You signed in on the portal’s own page; this site never saw your password. The detour took ${seconds} s.")
UNKNOWN = _("The portal did not say whether it showed you a page. The detour took ${seconds} s.")
PASSED = _("passed")
LENGTH = _("secret, ${count} characters")

# Nobody reads a page and presses a button within this many seconds; longer detours are told without a guess.
TOO_SHORT_FOR_A_PAGE = 1


@dataclass(frozen=True)
class ToldStep:
    """One step in the person's language; facts are (meaning, name in the protocol or "", value)."""

    title: str
    sentence: str
    facts: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class ToldStory:
    """The whole story; the verdict says in one sentence whether the portal showed a page."""

    verdict: str
    steps: tuple[ToldStep, ...]


def tell(request: Request) -> ToldStory | None:
    """The last sign-in in the language of this request, or None if there is nothing to tell."""
    told = request.sso
    if not told.story:
        return None
    words = request.localizer
    verdict = words.translate(
        verdict_of(told.silent, told.seconds_at_portal), mapping={"seconds": str(told.seconds_at_portal)}
    )
    return ToldStory(verdict, tuple(tell_step(step, words) for step in told.story))


def verdict_of(silent: bool | None, seconds: int) -> TranslationString:
    """Which of the four sentences about the portal's pages is true."""
    if silent is None:
        return UNKNOWN
    if not silent:
        return ASKED
    return SILENT if seconds <= TOO_SHORT_FOR_A_PAGE else NOT_ASKED


def tell_step(step: Step, words: Localizer) -> ToldStep:
    """One step; a kind or a name that this file does not know keeps the words of the kit."""
    title, sentence = SENTENCES.get(step.kind, (step.title, ""))
    facts = tuple(tell_fact(step.kind, label, value, words) for label, value in step.facts)
    return ToldStep(words.translate(title), words.translate(sentence), facts)


def tell_fact(kind: str, label: str, value: str, words: Localizer) -> tuple[str, str, str]:
    """One fact as (meaning, name in the protocol or "", value); a secret is told as its length."""
    meaning = MEANINGS.get(f"{kind} {label}") or MEANINGS.get(label)
    length = shown_length(value)
    if length is not None:
        value = words.translate(LENGTH, mapping={"count": str(length)})
    elif kind == "checks":
        value = words.translate(PASSED)
    # The kit's own labels are English words with a capital letter; names of the protocol are written small.
    name = "" if meaning is None or label[0].isupper() else label
    return (words.translate(meaning) if meaning else label, name, value)
