"""Moments in words: *5 minutes ago*, *yesterday, 14:03*; exactly for who points at them, and for machines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from pyramid.i18n import TranslationStringFactory
from pyramid.request import Request

from sso_portal.web.pages import say

_ = TranslationStringFactory("sso_portal")

JUST_NOW = 120
"""A use is written down once a minute at most; up to so many seconds ago is now."""

_HOUR = 3_600
_DAYS = {0: _("today, ${time}"), -1: _("yesterday, ${time}"), 1: _("tomorrow, ${time}")}


@dataclass(frozen=True)
class Moment:
    """One moment as pages show it: in words, to the second in the portal's time zone, and as ``<time>`` has it."""

    words: str
    exact: str
    machine: str


def moment(request: Request, seconds: int) -> Moment:
    """A moment in seconds since 1970, in the person's language."""
    zone = _zone(request)
    when = datetime.fromtimestamp(seconds, zone)
    exact = f"{_day(request, when)} {when:%H:%M:%S}"
    return Moment(_words(request, seconds, when), exact, datetime.fromtimestamp(seconds, UTC).isoformat())


def is_now(request: Request, seconds: int) -> bool:
    """Whether something that was last seen then goes on."""
    return bool(request.portal.clock.now() - seconds < JUST_NOW)


def _zone(request: Request) -> ZoneInfo | None:
    name = request.portal.settings.brand.time_zone
    return ZoneInfo(name) if name else None


def _words(request: Request, seconds: int, when: datetime) -> str:
    now = request.portal.clock.now()
    if 0 <= now - seconds < JUST_NOW:
        return say(request, _("just now"))
    if 0 <= now - seconds < _HOUR:
        return say(request, _("${count} minutes ago"), count=(now - seconds) // 60)
    days = (when.date() - datetime.fromtimestamp(now, _zone(request)).date()).days
    if days in _DAYS:
        return say(request, _DAYS[days], time=f"{when:%H:%M}")
    return f"{_day(request, when)} {when:%H:%M}"


def _day(request: Request, when: datetime) -> str:
    if request.locale_name == "zh_CN":
        return f"{when.year}年{when.month}月{when.day}日"
    return f"{when.day} {when:%b} {when.year}"
