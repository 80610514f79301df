"""Writes docs/testing-reference.md from the test kit's own docstrings and signatures:
``testkit_reference.py [--check] FILE``."""

from __future__ import annotations

import argparse
import dataclasses
import inspect
import re
import sys
from collections.abc import Callable, Iterator
from typing import Any

from scripts.written_page import write_or_check
from sso_flow import record, write_report
from sso_flow.journal import Hop, Journal
from sso_flow.recording import Recording
from sso_testkit import Browser, MovableClock, SingleSignOn, Tab, World, clients, effects, plugin
from sso_testkit.browser import Cookie, CookieJar
from sso_testkit.browser.frames import Frame
from sso_testkit.browser.looking import NotSeen
from sso_testkit.browser.navigation import TooManyRedirects
from sso_testkit.browser.sender import Sender
from sso_testkit.captured import Captured
from sso_testkit.counting import Counted
from sso_testkit.effects import Effects
from sso_testkit.faults import Fault, FaultNeverFired, Faults
from sso_testkit.faults.fault import How
from sso_testkit.load import FLOWS, Outcome, Plan, Result, find_flow, run
from sso_testkit.load.__main__ import command_line
from sso_testkit.recorder import NoHarFile, journal_of_har, write_recordings
from sso_testkit.refusals import error_of
from sso_testkit.relying_party import AuthorizationRequest, EndpointAnswer, RedirectPage, RelyingParty, Tokens
from sso_testkit.site import Site
from sso_testkit.socket_guard import SocketOpened
from sso_testkit.story import NotAsExpected
from sso_testkit.together import together
from sso_testkit.world import UnknownHost

HEAD = """# The test kit, name by name

Everything that a test may use. How to begin stands in [testing-sites.md](testing-sites.md), whole tests in
[testing-cookbook.md](testing-cookbook.md).

This page is written by `make docs` from the docstrings and signatures of `sso_testkit`.
"""


def _clients() -> Iterator[Any]:
    """What the package gives out: classes and functions; constants tell for themselves."""
    for name in clients.__all__:
        thing = getattr(clients, name)
        if callable(thing):
            yield thing


def _captured() -> Iterator[type]:
    """What is in the lists of :class:`Effects`, in their order."""
    for member in vars(Effects).values():
        if isinstance(member, property):
            kind = str(inspect.signature(member.fget).return_annotation)  # type: ignore[arg-type]
            yield vars(effects)[kind.removeprefix("Captured[").removesuffix("]")]


SECTIONS: tuple[tuple[str, tuple[Any, ...]], ...] = (
    ("The world: `sso`", (SingleSignOn, Site, Counted)),
    ("A person: `browser`", (Tab, Browser, Frame, CookieJar, Cookie)),
    ("The clock: `sso.clock`", (MovableClock,)),
    ("Faults: `sso.faults`", (Faults, How, Fault)),
    ("What has happened: `sso.effects`", (Effects, Captured, *_captured())),
    (
        "A scriptable relying party: `sso.relying_party(…)`",
        (RelyingParty, AuthorizationRequest, EndpointAnswer, Tokens, RedirectPage, error_of),
    ),
    ("Clients of other kinds: `sso_testkit.clients`", tuple(_clients())),
    ("Many at once", (together,)),
    ("What went over the wire: `sso.journal`", (Journal, Hop)),
    ("Hosts: `sso.world`", (World,)),
    ("The recorder", (record, Recording, write_report, write_recordings, journal_of_har)),
    (
        "Why a test fails",
        (NotSeen, NotAsExpected, TooManyRedirects, FaultNeverFired, SocketOpened, UnknownHost, NoHarFile),
    ),
)
_LOAD = (run, Plan, Result, Outcome, find_flow)
_OURS = ("sso_testkit", "sso_flow")
_ROLE = re.compile(r":(?:class|meth|func|data|attr):`~?(?:[\w.]*\.)?(\w+)`")
_EMPTY = inspect.Parameter.empty
# What other parts of the kit ask each other for, and tests do not.
_NOT_FOR_TESTS: dict[type, tuple[str, ...]] = {
    Tab: ("empty",),
    Sender: ("send",),
    Fault: ("fires", "complaint"),
    Faults: ("check",),
    Journal: ("add", "put", "next_number"),
    Counted: ("note_statement", "note_commit"),
    CookieJar: ("keep", "header_for", "add_cookie_header", "extract_cookies"),
    World: ("carry", "resolve", "session"),
}


class _Options:
    """Stands where pytest would collect options and marks, and keeps them."""

    def __init__(self) -> None:
        self.options: list[tuple[str, str]] = []
        self.marks: list[str] = []

    def getgroup(self, *_name: str) -> _Options:
        return self

    def addoption(self, name: str, *, help: str, metavar: str = "", **_more: Any) -> None:
        self.options.append((f"{name} {metavar}".strip(), help))

    def addinivalue_line(self, _name: str, line: str) -> None:
        self.marks.append(line)


def reference() -> str:
    """The whole page."""
    parts = [HEAD, *_pytest()]
    for title, things in SECTIONS:
        parts.append(f"\n## {title}\n")
        parts += [_thing(thing) for thing in things]
    parts += ["\n## The load mode: `python -m sso_testkit.load`\n", _options(command_line()), _flows()]
    parts += [_thing(thing) for thing in _LOAD]
    return "".join(parts)


def _pytest() -> Iterator[str]:
    given = _Options()
    plugin.pytest_addoption(given)  # type: ignore[arg-type]
    plugin.pytest_configure(given)  # type: ignore[arg-type]
    yield "\n## Fixtures, marks, options\n\n"
    for name, function in fixtures().items():
        yield f"- `{name}` – {words(function)}\n"
    yield "\n"
    yield from (
        f"- `@pytest.mark.{mark.partition(':')[0]}` – {mark.partition(':')[2].strip()}\n" for mark in given.marks
    )
    yield from (f"- `pytest {option}` – {told}\n" for option, told in given.options)


def fixtures() -> dict[str, Callable[..., Any]]:
    """The plugin's fixtures by their names, in the order in which they stand there."""
    found = {name: getattr(value, "__wrapped__", None) for name, value in vars(plugin).items()}
    made = {name for name, value in vars(plugin).items() if type(value).__name__ == "FixtureFunctionDefinition"}
    return {name: function for name, function in found.items() if name in made and function is not None}


def _options(parser: argparse.ArgumentParser) -> str:
    lines = [f"\n{parser.description}\n\n"]
    for action in parser._actions:
        named = f"{action.option_strings[-1]} {action.metavar or action.dest.upper()}"
        if action.dest != "help":
            default = f" Unless told: `{action.default}`." if action.default else ""
            lines.append(f"- `{named}` – {action.help}.{default}\n")
    return "".join(lines)


def _flows() -> str:
    return "\n" + "".join(f"- the flow `{name}` – {words(flow)}\n" for name, flow in FLOWS.items())


def _thing(thing: Any) -> str:
    if not inspect.isclass(thing):
        return f"\n### `{signature(thing.__name__, thing)}`\n\n{words(thing)}\n"
    told = [f"\n### `{thing.__name__}`\n\n{words(thing)}\n"]
    if dataclasses.is_dataclass(thing):
        shown = ", ".join(f"`{field.name}: {_plain(field.type)}`" for field in dataclasses.fields(thing))
        told.append(f"\nMembers: {shown}.\n")
    listed = [f"- `{line}` – {words(member)}\n" for line, member in members(thing)]
    return "".join([*told, *(["\n", *listed] if listed else [])])


def members(thing: type) -> Iterator[tuple[str, Any]]:
    """Public methods and properties of a class and its bases of ours, as they are written in a test, in the order in
    which they stand in the code; what a subclass overrides stands with the subclass."""
    told = {name for base in thing.__mro__ for name in _NOT_FOR_TESTS.get(base, ())}
    # A browser is a tab, and that is told of before it.
    told |= set(dir(Tab)) if thing is Browser else set()
    ours = [base for base in thing.__mro__ if base.__module__.partition(".")[0] in _OURS]
    for name, member in [pair for base in ours for pair in vars(base).items()]:
        plain = member.__func__ if isinstance(member, classmethod | staticmethod) else member
        if name.startswith("_") or name in told or not words(plain):
            continue
        told.add(name)
        if isinstance(plain, property) and plain.fget is not None:
            yield f"{name}{_answered(inspect.signature(plain.fget))}", plain
        elif inspect.isfunction(plain):
            yield signature(name, plain), plain


def signature(name: str, function: Callable[..., Any]) -> str:
    """How a function is called and what it answers."""
    given = inspect.signature(function)
    shown: list[str] = []
    kinds = [parameter.kind for parameter in given.parameters.values()]
    for parameter in given.parameters.values():
        if parameter.name in {"self", "cls"}:
            continue
        if parameter.kind is parameter.KEYWORD_ONLY and parameter.VAR_POSITIONAL not in kinds and "*" not in shown:
            shown.append("*")
        shown.append(_parameter(parameter))
    return f"{name}({', '.join(shown)}){_answered(given)}"


def _parameter(parameter: inspect.Parameter) -> str:
    # As Python writes it, ``**fields: Any = …``.
    stars = "*" * (len(str(parameter)) - len(str(parameter).lstrip("*")))
    kind = "" if parameter.annotation in (_EMPTY, "Any") else f": {_plain(parameter.annotation)}"
    default = "" if parameter.default is _EMPTY else f" = {parameter.default!r}"
    return f"{stars}{parameter.name}{kind}{default}"


def _answered(given: inspect.Signature) -> str:
    nothing = given.return_annotation in (_EMPTY, "None", None)
    return "" if nothing else f" → {_plain(given.return_annotation)}"


def _plain(annotation: Any) -> str:
    """A type without the modules that it comes from."""
    text = annotation if isinstance(annotation, str) else getattr(annotation, "__name__", str(annotation))
    return re.sub(r"\b[\w]+\.(?=[A-Z])", "", text)


def words(thing: Any) -> str:
    """What a docstring says, in Markdown; nothing for a class that has none of its own."""
    text = inspect.cleandoc(thing.__doc__ or "")
    text = _ROLE.sub(r"`\1`", text).replace("``", "`")
    return "\n".join(line.rstrip() for line in text.splitlines()).replace("\n", " ").replace("  ", " ")


def main(arguments: list[str]) -> int:
    """Write the page, or say whether it is as it should be."""
    return write_or_check(arguments, reference)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
