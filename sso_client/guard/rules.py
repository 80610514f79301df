"""Which requests need which scope: by method and path."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sso_client.errors import SettingsProblem
from sso_client.guard.refusal import Refused


@dataclass(frozen=True, slots=True)
class Rule:
    """What requests below `path` need: nothing when it is public, else a token with every scope named in `scope`.

    path: `/lessons` means itself and `/lessons/…`, not `/lessons-old`.   scope: separated by spaces; "" for any token.
    methods: for which the rule holds, all of them when empty; GET means HEAD too.
    """

    path: str
    scope: str = ""
    methods: Sequence[str] = ()
    public: bool = False

    def __post_init__(self) -> None:
        """Raises SettingsProblem for a rule that contradicts itself or could never hold."""
        if not self.path.startswith("/"):
            raise SettingsProblem(f"the path of a rule must begin with /, not be {self.path!r}")
        if self.public and self.scope:
            raise SettingsProblem(f"the rule for {self.path} is public and has a scope")
        if isinstance(self.methods, str) or any(method != method.upper() for method in self.methods):
            raise SettingsProblem(f"the methods of the rule for {self.path} must be like ('GET', 'POST')")

    def holds(self, method: str, path: str) -> bool:
        """Say whether the rule is about a request."""
        base = self.path.rstrip("/")
        named = not self.methods or ("GET" if method == "HEAD" else method) in self.methods or method in self.methods
        return named and (path == base or path.startswith(f"{base}/"))


ANY_TOKEN = Rule("/")
"""What holds where no rule does."""


def rule_for(rules: Sequence[Rule], method: str, path: str) -> Rule:
    """Return the first of `rules` that holds. Raises Refused for a path that two programs could read differently."""
    segments = path.split("/")
    if {".", ".."} & set(segments) or "" in segments[1:-1] or "\\" in path or "\0" in path:
        raise Refused(400, "", "The path has empty or dotted segments.")
    return next((rule for rule in rules if rule.holds(method, path)), ANY_TOKEN)
