"""For how long a person's answer is kept: what the consent page offers her, and what she chose."""

from __future__ import annotations

from pyramid.i18n import TranslationStringFactory
from pyramid.request import Request

from sso_portal.base.forms import Form
from sso_portal.services.consents import FOR_DAYS, ONLY_NOW, UNTIL_REMOVED
from sso_portal.web.pages import say

_ = TranslationStringFactory("sso_portal")


def choices(request: Request) -> list[tuple[str, str]]:
    """What she may choose, as value and words; the first one is what holds when she does not care."""
    days = request.unit.consents.days
    offered = [(UNTIL_REMOVED, say(request, _("until I remove it")))]
    if days:
        offered.append((FOR_DAYS, say(request, _("for ${count} days"), count=days)))
    return [*offered, (ONLY_NOW, say(request, _("only this time")))]


def kept_as(form: Form) -> str:
    """What a posted form chose; who leaves it out does not care, and what nobody offered is kept for no longer than
    need be."""
    if "keep" not in form.values and "keep" not in form.duplicates | form.undecodable:
        return UNTIL_REMOVED
    chosen = form.values.get("keep", "")
    return chosen if chosen in {UNTIL_REMOVED, FOR_DAYS} and "keep" not in form.duplicates else ONLY_NOW
