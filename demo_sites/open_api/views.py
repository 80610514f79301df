"""What open_api answers. Each part of it has a scope of its own, and she may have agreed to one without the other."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pyramid.request import Request

from demo_sites.common.api.database import Row
from demo_sites.common.api.problems import Problem
from demo_sites.common.api.queries import page_of, parameter
from demo_sites.common.api.setup import person_of
from demo_sites.open_api.learning import KINDS, LESSON, VIDEO, Learning
from sso_client.pyramid.guard import access_of

_OFFERED = ("id", "kind", "title", "title_en", "topic", "topic_en", "minutes")


def learning_of(request: Request) -> Learning:
    """All that is known of learning."""
    learning: Learning = request.registry["demo.learning"]
    return learning


def me(request: Request) -> dict[str, Any]:
    """For whom the token speaks, and what it opens here. Her name is told by the portal, to whom she allows it."""
    access = person_of(request)
    return {
        "sub": access.subject,
        "username": access.username,
        "client_id": access.client_id,
        "scope": sorted(access.scopes),
    }


def catalogue(request: Request) -> dict[str, Any]:
    """What there is to learn, for anybody."""
    page, kind = page_of(request), parameter(request, "kind", 20)
    if kind not in ("", *KINDS):
        raise Problem(400, f"kind has to be one of: {', '.join(KINDS)}.")
    found = learning_of(request).catalogue(kind, page.after, page.limit + 1)
    items = [{name: item[name] for name in _OFFERED} for item in found]
    return page.answer(request, "items", items, [item["number"] for item in found])


def lessons(request: Request) -> dict[str, Any]:
    """The lessons that she has finished, with her scores."""
    return _finished(request, LESSON, "lessons", _lesson)


def videos(request: Request) -> dict[str, Any]:
    """The videos that she has watched to the end."""
    return _finished(request, VIDEO, "videos", _video)


def statistics(request: Request) -> dict[str, Any]:
    """How much is learnt, without names, for a client that speaks for itself (RFC 6749, section 4.4)."""
    if access_of(request).is_person:
        raise Problem(403, "Statistics are for a client's own token (client_credentials), not for a person's.")
    learning = learning_of(request)
    return {"learners": learning.learners(), "items": learning.statistics()}


def _finished(request: Request, kind: str, name: str, told: Any) -> dict[str, Any]:
    page, access = page_of(request), person_of(request)
    found = learning_of(request).finished_by(access.username, kind, page.after, page.limit + 1)
    return page.answer(request, name, [told(each) for each in found], [each["number"] for each in found])


def _video(found: Row) -> dict[str, Any]:
    kept = {name: found[name] for name in _OFFERED if name != "kind"}
    moment = datetime.fromtimestamp(found["finished_at"], UTC)
    return {**kept, "finished_at": moment.strftime("%Y-%m-%dT%H:%M:%SZ")}


def _lesson(found: Row) -> dict[str, Any]:
    return {**_video(found), "score": found["score"]}
