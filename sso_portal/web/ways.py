"""The way from an address to its view, short: each route has one view, and nothing is looked for below it."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.interfaces import IRoutesMapper
from pyramid.request import Request
from pyramid.urldispatch import Route, RoutesMapper

_FIXED: tuple[dict[str, str], ...] = ({}, {"slash": ""}, {"slash": "/"})


def includeme(config: Configurator) -> None:
    """Before any route is added."""
    config.registry.registerUtility(KnownRoutes(), IRoutesMapper)
    config.add_traverser(NoTree)


class KnownRoutes(RoutesMapper):
    """Pyramid's search through all routes, whose result is kept for addresses that have nothing in them to vary: so
    there are two for each route at most, with its last slash and without."""

    def __init__(self) -> None:
        """Nothing is known yet."""
        super().__init__()
        self._known: dict[str, tuple[Route, dict[str, str]]] = {}
        self._keeps = True

    def connect(self, *arguments: Any, **options: Any) -> Route:
        """Another route."""
        self._known = {}
        route = super().connect(*arguments, **options)
        # A condition may choose another route for the same address the next time.
        self._keeps = self._keeps and not route.predicates
        return route

    def __call__(self, request: Request) -> dict[str, Any]:
        """The route of a request, and what in its path varies."""
        path = request.environ.get("PATH_INFO", "")
        known = self._known.get(path)
        if known is not None:
            return {"route": known[0], "match": dict(known[1])}
        found: dict[str, Any] = super().__call__(request)
        if self._keeps and found["match"] in _FIXED:
            self._known[path] = found["route"], dict(found["match"])
        return found


class NoTree:
    """Where Pyramid would walk down a tree of resources, there is none: the root is what was asked for. So a header
    cannot lead elsewhere either."""

    def __init__(self, root: Any) -> None:
        """All there is."""
        self._found = {
            "context": root,
            "view_name": "",
            "subpath": (),
            "traversed": (),
            "virtual_root": root,
            "virtual_root_path": (),
            "root": root,
        }

    def __call__(self, _request: Request) -> dict[str, Any]:
        """The end of the way."""
        return self._found
