"""What user_api answers: the caller's own entry, and everybody's public one."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request

from demo_sites.common.api.bodies import checked, read_object, text
from demo_sites.common.api.database import Row
from demo_sites.common.api.problems import Problem
from demo_sites.common.api.queries import page_of, parameter
from demo_sites.common.api.setup import person_of
from demo_sites.common.api.versions import expected_versions, outdated, tag
from demo_sites.user_api.directory import TEXTS, Directory
from demo_sites.user_api.phone import phone_number

MOST_WORDS = 8

CHANGEABLE = {
    "name": text(80, least=1),
    "name_en": text(80),
    "title": text(120),
    "title_en": text(120),
    "city": text(60),
    "city_en": text(60),
    "about": text(500, lines=True),
    "about_en": text(500, lines=True),
    "phone": phone_number,
}
"""What people may change themselves. Team and e-mail address are the company's to decide."""


def directory_of(request: Request) -> Directory:
    """All entries."""
    directory: Directory = request.registry["demo.directory"]
    return directory


def public(entry: Row) -> dict[str, Any]:
    """What colleagues see of an entry."""
    return {name: entry[name] for name in ("id", *TEXTS, "email")}


def private(entry: Row, username: str) -> dict[str, Any]:
    """What she sees of it herself, and by which names the portal knows her."""
    told = {"sub": entry["subject"], "username": username or entry["id"]}
    return {**public(entry), **told, "phone": entry["phone"], "changed_at": entry["changed"]}


def me(request: Request) -> dict[str, Any]:
    """The entry of the person for whom the token speaks."""
    access = person_of(request)
    entry = directory_of(request).of_subject(access.subject, access.username)
    request.response.headers["ETag"] = tag(entry["version"])
    return private(entry, access.username)


def change_me(request: Request) -> dict[str, Any]:
    """Changes members of her own entry (RFC 7396); a member that is null becomes empty."""
    access, versions = person_of(request), expected_versions(request)
    body = {name: "" if value is None else value for name, value in read_object(request).items()}
    changes = checked(body, CHANGEABLE)
    directory = directory_of(request)
    directory.of_subject(access.subject, access.username)
    entry = directory.change(access.subject, changes, versions, request.now)
    if entry is None:
        raise outdated()
    request.response.headers["ETag"] = tag(entry["version"])
    return private(entry, access.username)


def users(request: Request) -> dict[str, Any]:
    """Colleagues, all of them or those in whose entry every word of ``q`` is found."""
    page, words = page_of(request), parameter(request, "q", 80).split()
    if len(words) > MOST_WORDS:
        raise Problem(400, f"q may have {MOST_WORDS} words.")
    found = directory_of(request).search(words, page.after, page.limit + 1)
    return page.answer(request, "users", [public(entry) for entry in found], [entry["number"] for entry in found])


def one_user(request: Request) -> dict[str, Any]:
    """The public entry of one colleague."""
    entry = directory_of(request).find(request.matchdict["id"])
    if entry is None:
        raise Problem(404, "Nobody here has this id.")
    return public(entry)
