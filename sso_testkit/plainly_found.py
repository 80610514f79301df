"""Our packages are loaded as Python loads everything, also where pytest would load them in its own way.

pytest rewrites the assertions in all modules of a distribution that brings a plugin, by a loader of its own. Pyramid
finds templates and translations with ``pkg_resources``, which knows no such loader and gives up. Whoever is asked
first decides, so this finder stands before pytest's.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

_OURS = ("demo_sites", "sso_client", "sso_flow", "sso_portal", "sso_testkit")


class _PlainlyFound(MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Where one of our modules is; nothing for all others, and for ours where they are not on the path."""
        is_ours = fullname.partition(".")[0] in _OURS
        return PathFinder.find_spec(fullname, path, target) if is_ours else None


def stand_first() -> None:
    """Be asked before everybody who is asked by now."""
    if not any(isinstance(finder, _PlainlyFound) for finder in sys.meta_path):
        sys.meta_path.insert(0, _PlainlyFound())
