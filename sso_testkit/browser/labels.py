"""Finding the controls of a page by what people read beside or on them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import webtest
from bs4.element import NavigableString, Tag
from webtest.forms import Field, Form

_CONTROLS = ("input", "select", "textarea", "button")
_BUTTON_TYPES = {"submit", "image", "button", "reset"}


@dataclass(frozen=True)
class Control:
    """A control of a form as people see it; ``field`` is WebTest's idea of it."""

    name: str
    element: Tag
    form: Form
    field: Field

    @property
    def kind(self) -> str:
        """``button``, ``select``, ``textarea`` or the type of an ``input``."""
        return kind_of(self.element)


def kind_of(element: Tag) -> str:
    """What sort of control an element is."""
    kind = str(element.get("type", "")).lower()
    if element.name == "input":
        return kind or "text"
    return element.name


def controls(page: webtest.TestResponse) -> Iterator[Control]:
    """Everything on a page that has a name for people and stands in a form, by its names: there may be several."""
    if page.content_type != "text/html":
        return
    for key, form in page.forms.items():
        if not isinstance(key, int):
            continue
        fields = {position: field for _, field in form.field_order for position in _positions(field)}
        for position, element in enumerate(_elements(page, form)):
            if kind_of(element) == "hidden":
                continue
            for name in _names(element, page):
                yield Control(name, element, form, fields[position])


def links(page: webtest.TestResponse) -> list[tuple[str, Tag]]:
    """Every link of a page with its text."""
    if page.content_type != "text/html":
        return []
    return [(words_of(link) or str(link.get("aria-label", "")), link) for link in page.html.find_all("a", href=True)]


def is_button(control: Control) -> bool:
    """Whether people press it and do not fill it in."""
    return control.element.name == "button" or control.kind in _BUTTON_TYPES


def best(found: Iterable[tuple[str, Any]], label: str) -> list[Any]:
    """Those whose name is ``label``; when there is none, those whose name contains it. Each once."""
    known = list(found)
    exact = [thing for name, thing in known if name == label]
    chosen = exact or [thing for name, thing in known if label in name]
    return list({id(thing): thing for thing in chosen}.values())


def words_of(element: Tag, *, without: Tag | None = None) -> str:
    """The text of an element in one line, without that of the control inside it."""
    texts = element.find_all(string=True)
    kept = [
        text for text in texts if type(text) is NavigableString and (without is None or without not in text.parents)
    ]
    return " ".join(" ".join(kept).split())


def _elements(page: webtest.TestResponse, form: Form) -> list[Tag]:
    """As WebTest counts them: a form with an id has controls outside of it, too."""
    if not form.id:
        return list(form.html.find_all(_CONTROLS))

    def belongs(tag: Tag) -> bool:
        inside = any(parent.name == "form" and parent.get("id") == form.id for parent in tag.parents)
        return (tag.name in _CONTROLS and inside) or tag.get("form") == form.id

    return list(form.response.html.find_all(belongs))


def _positions(field: Field) -> list[int]:
    return list(getattr(field, "optionPositions", ())) or [field.pos]


def _names(element: Tag, page: webtest.TestResponse) -> list[str]:
    """What a control may be called: its labels, what it says itself, what it tells those who hear the page."""
    told = [_text(element.get(name)) for name in ("aria-label", "placeholder", "title")]
    if element.name == "button":
        told.insert(0, words_of(element))
    elif kind_of(element) in _BUTTON_TYPES:
        told.insert(0, _text(element.get("value")) or _text(element.get("alt")))
    else:
        told = [*_labels(element, page), *told]
    return [name for name in dict.fromkeys(told) if name]


def _labels(element: Tag, page: webtest.TestResponse) -> list[str]:
    wrapping = element.find_parent("label")
    found = [words_of(wrapping, without=element)] if wrapping is not None else []
    if element.get("id"):
        found += [words_of(label) for label in page.html.find_all("label", attrs={"for": element["id"]})]
    for identifier in _text(element.get("aria-labelledby")).split():
        found += [words_of(named) for named in page.html.find_all(id=identifier)]
    return found


def _text(value: object) -> str:
    return " ".join(str(value).split()) if value is not None else ""
