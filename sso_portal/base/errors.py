"""The errors of the portal.

    PortalError
    ├── SettingsError        what is wrong with the settings, all of it at once
    ├── Refused              an operator's or person's wish that cannot be done; one plain line says why
    │   └── UsernameTaken    somebody else has this user name
    ├── Overloaded           too many wait for something slow; nothing was done, a moment later it works
    └── KeysUnreadable       the stored signing keys were encrypted with another secret

Refusals that must be remembered (a replay, a failed sign-in) are *returned* as values, never raised: raising rolls
the transaction back and forgets them.
"""

from __future__ import annotations

from collections.abc import Sequence


class PortalError(Exception):
    """The root of every error the portal raises itself."""


class SettingsError(PortalError):
    """The settings are wrong or incomplete; ``problems`` lists every fault found."""

    def __init__(self, problems: Sequence[str]) -> None:
        """Keep the list and make one message of it."""
        self.problems = tuple(problems)
        super().__init__("The settings are not right:\n" + "\n".join(f"  - {problem}" for problem in problems))


class Refused(PortalError):
    """What was asked cannot be done; the message is one line, fit to be shown to whoever asked."""


class UsernameTaken(Refused):
    """Somebody else has this user name."""


class Overloaded(PortalError):
    """Too many wait already; nothing was begun, so the same may simply be asked again a little later."""


class KeysUnreadable(PortalError):
    """The signing keys in the database cannot be decrypted with the configured secret."""
