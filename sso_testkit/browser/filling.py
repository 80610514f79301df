"""Filling in forms and pressing buttons, by the words that people read."""

from __future__ import annotations

from collections.abc import Callable

import webtest
from bs4.element import Tag
from webtest.forms import MultipleSelect, Select

from sso_testkit.browser.labels import Control, best, controls, is_button, links
from sso_testkit.browser.looking import Looking


class Filling(Looking):
    """A tab as far as its page is filled in and sent."""

    def fill(self, label: str, text: str) -> None:
        """Type into the field with this label, or choose what a list calls ``text``."""
        control = self._control(label, _is_typed_or_chosen, "field")
        field = control.field
        if isinstance(field, MultipleSelect):
            field.select_multiple(texts=[text])
        elif isinstance(field, Select):
            field.select(text=text)
        else:
            limit = str(control.element.get("maxlength", ""))
            field.value = text[: int(limit)] if limit.isdigit() else text

    def tick(self, label: str) -> None:
        """Tick the box, or choose the radio button, with this label."""
        control = self._control(label, _is_ticked, "box")
        if control.kind == "radio":
            control.field.value = str(control.element.get("value", "on"))
        else:
            control.field.checked = True

    def untick(self, label: str) -> None:
        """Take the tick from the box with this label."""
        self._control(label, lambda control: control.kind == "checkbox", "box").field.checked = False

    def press(self, label: str) -> webtest.TestResponse:
        """Press the button, or follow the link, whose text is ``label``, or contains it if none is just that."""
        buttons = [(control.name, control) for control in controls(self.page) if is_button(control)]
        found = best([*buttons, *links(self.page)], label)
        if not found:
            names = [name for name, _ in [*buttons, *links(self.page)]]
            raise self._unseen(f"there is no button or link {label!r} on {self.url}", names)
        return self._press(found[0]) if isinstance(found[0], Control) else self._follow(found[0])

    def click(self, label: str) -> webtest.TestResponse:
        """Follow the link whose text is or contains ``label``."""
        for name, link in links(self.page):
            if label in name:
                return self._follow(link)
        raise self._unseen(f"there is no link {label!r} on {self.url}", [name for name, _ in links(self.page)])

    def _follow(self, link: Tag) -> webtest.TestResponse:
        return self._follow_link(str(link["href"]), tells_referrer="noreferrer" not in (link.get("rel") or []))

    def _press(self, control: Control) -> webtest.TestResponse:
        element = control.element
        if element.get("type") in {"button", "reset"}:
            raise AssertionError(f"the button {control.name!r} on {self.url} sends nothing; it is there for scripts")
        name, value = element.get("name"), element.get("value")
        told = {"action": str(element.get("formaction", "")), "method": str(element.get("formmethod", ""))}
        return self._submit(control.form, str(name) if name else None, None if value is None else str(value), **told)

    def _control(self, label: str, suits: Callable[[Control], bool], kind: str) -> Control:
        known = [(control.name, control) for control in controls(self.page) if suits(control)]
        found: list[Control] = best(known, label)
        if not found:
            raise self._unseen(f"there is no {kind} {label!r} on {self.url}", [name for name, _ in known])
        if len({id(control.element) for control in found}) > 1:
            names = ", ".join(repr(control.name) for control in found)
            raise AssertionError(f"several could be the {kind} {label!r} on {self.url}: {names}")
        if found[0].element.has_attr("disabled") or found[0].element.has_attr("readonly"):
            raise AssertionError(f"the {kind} {label!r} on {self.url} is not for people to change")
        return found[0]


def _is_ticked(control: Control) -> bool:
    return control.kind in {"checkbox", "radio"}


def _is_typed_or_chosen(control: Control) -> bool:
    return not is_button(control) and not _is_ticked(control)
