"""The four steps of the code flow (RFC 6749, section 4.1), told while a person takes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pyramid.i18n import TranslationStringFactory
from pyramid.request import Request

from demo_sites.common.story import ToldStep, tell_step
from demo_sites.partner_site.shelves import Shelf

_ = TranslationStringFactory("partner_site")

DONE, NEXT, WAITING = "done", "next", "waiting"

STEPS = (
    (
        ("redirect",),
        _("We send you to One Pass"),
        _(
            "Your browser carries our request there. You sign in at your company, never here, and choose what we may "
            "see."
        ),
    ),
    (
        ("returned",),
        _("One Pass sends you back with a code"),
        _(
            "The code stands in the address, where others might read it. So it works once, for a minute, and for us "
            "alone."
        ),
    ),
    (
        ("exchange", "checks", "claims"),
        _("Our server exchanges the code for a key"),
        _(
            "Server to server: we prove who we are and that the first step was ours. The key never reaches your "
            "browser."
        ),
    ),
    (
        ("call",),
        _("Our server asks for what you allowed"),
        _("With the key we ask your company’s open API, for nothing but what you ticked."),
    ),
)

WISHES = {
    "openid": _("that it is you when you come back"),
    "profile": _("your name and your user name"),
    "email": _("your e-mail address"),
    "learning.read": _("the lessons you have finished"),
    "videos.read": _("the videos you have watched"),
}
"""What the scopes that the academy asks for mean to it."""


@dataclass(frozen=True)
class FlowStep:
    """One of the four. ``told`` is what went over the wire, once it has; secrets are in it as their length only."""

    number: int
    title: str
    sentence: str
    state: str
    told: tuple[ToldStep, ...]


def four_steps(request: Request, shelves: Mapping[str, Shelf] | None = None) -> list[FlowStep]:
    """The steps as far as they are taken; ``shelves`` are there once the API was asked."""
    words, signed_in = request.localizer, request.identity is not None
    steps = list(request.sso.story) if signed_in else []
    steps += [shelf.step for shelf in (shelves or {}).values() if shelf.step is not None]
    done = (len(STEPS) if shelves is not None else len(STEPS) - 1) if signed_in else 0
    return [
        FlowStep(
            number,
            words.translate(title),
            words.translate(sentence),
            DONE if number <= done else NEXT if number == done + 1 else WAITING,
            tuple(tell_step(step, words) for step in steps if step.kind in kinds),
        )
        for number, (kinds, title, sentence) in enumerate(STEPS, 1)
    ]


def wishes(request: Request, *, granted: bool) -> str:
    """What the academy would like to know, in plain words; what it was given, or what it was not."""
    known = set(request.identity.scope) if request.identity is not None else set()
    asked = request.sso.kit.settings.scope
    chosen = [scope for scope in asked if (scope in known) is granted]
    words = [request.localizer.translate(WISHES[scope]) if scope in WISHES else scope for scope in chosen]
    return ("、" if request.locale_name == "zh_CN" else ", ").join(words)
