"""A peer: how it is installed, started and signed in to."""

from __future__ import annotations

import subprocess
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.provider import Provider
from benchmarks.server import Server

CACHE = Path(__file__).parents[1] / ".cache"
"""What has been installed once; git does not keep it."""

_INSTALL_SECONDS = 600


class NotInstalled(Exception):
    """A peer cannot be had on this machine, and why."""


class Peer(ABC):
    """Another provider. ``notes`` say what is unlike the portal."""

    name = ""
    notes: tuple[str, ...] = ()

    @abstractmethod
    def install(self) -> None:
        """Get it, if it is not there yet. Raises :class:`NotInstalled`."""

    @abstractmethod
    def serve(self, folder: Path) -> Server:
        """Start it with an empty database in ``folder``."""

    @abstractmethod
    def provider(self, server: Server) -> Provider:
        """Sign the person in."""


def run(command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None) -> None:
    """A step of an installation. Raises :class:`NotInstalled` with the last line of what it said."""
    try:
        subprocess.run(  # noqa: S603 - a command of ours
            command, cwd=folder, env=environment, check=True, capture_output=True, text=True, timeout=_INSTALL_SECONDS
        )
    except subprocess.CalledProcessError as error:
        said = (error.stderr or error.stdout).strip().splitlines()
        raise NotInstalled(said[-1] if said else f"{command[0]} ended with {error.returncode}") from None
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotInstalled(str(error)) from None
