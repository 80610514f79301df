"""How a site is built when it joins: it is an application already, or it is made by a factory."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from threading import Lock
from typing import Any

_POSITIONAL = {inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD}


class BuiltOnFirstVisit:
    """A site that a test never visits costs nothing."""

    def __init__(self, build: Callable[[], Any]) -> None:
        """``build`` makes the application."""
        self._build = build
        self._lock = Lock()
        self._application: Any = None

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a request, having built the site if nobody has been here before."""
        with self._lock:
            if self._application is None:
                self._application = self._build()
        answer: Iterable[bytes] = self._application(environ, start_response)
        return answer


def application_of(given: Any, settings: Mapping[str, str], **extras: Any) -> Any:
    """The WSGI application for what a test has given.

    Something that must be called with two arguments is an application (PEP 3333). What takes one is a factory: it is
    called with the settings, and with those of ``extras`` that it takes by keyword (``http``, ``clock``). A factory for
    PasteDeploy, ``main(global_config, **settings)``, gets them as keywords. Raises :class:`TypeError` for all else.
    """
    if not callable(given):
        raise TypeError(f"a site is a WSGI application or a factory that takes settings, not {given!r}")
    parameters = _parameters(given)
    if _is_application(parameters):
        return given
    return BuiltOnFirstVisit(lambda: _built(given, parameters, dict(settings), extras))


def _built(
    factory: Callable[..., Any],
    parameters: list[inspect.Parameter],
    settings: dict[str, str],
    extras: Mapping[str, Any],
) -> Any:
    named = {parameter.name for parameter in parameters if parameter.kind is inspect.Parameter.KEYWORD_ONLY}
    if parameters and parameters[0].name.lstrip("_").startswith("global_conf"):
        built = factory({}, **settings)
    elif any(parameter.kind in _POSITIONAL for parameter in parameters):
        built = factory(settings, **{name: extra for name, extra in extras.items() if name in named})
    else:
        built = factory(**{name: extra for name, extra in extras.items() if name in named})
    if not callable(built):
        raise TypeError(f"the factory {_name(factory)} has made {built!r}, which is no WSGI application")
    return built


def _parameters(given: Callable[..., Any]) -> list[inspect.Parameter]:
    return list(inspect.signature(given).parameters.values())


def _is_application(parameters: list[inspect.Parameter]) -> bool:
    needed = [each for each in parameters if each.kind in _POSITIONAL and each.default is inspect.Parameter.empty]
    takes_any = any(each.kind is inspect.Parameter.VAR_POSITIONAL for each in parameters)
    return len(needed) == 2 or (takes_any and len(needed) < 2)  # noqa: PLR2004 - environ and start_response


def _name(factory: Any) -> str:
    return str(getattr(factory, "__qualname__", factory))
