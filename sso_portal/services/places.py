"""Where in the world a network address is, as far as the operator knows."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sso_portal.base.named_networks import Address, Network, read_address

_LANGUAGES = {"zh_CN": "zh-CN"}
"""A language of ours as the database calls it; all others are English there."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Place:
    """Where an address is: somewhere with a ``name``, on this machine, in the house, or nobody knows."""

    kind: Literal["named", "this_machine", "internal", "unknown"]
    name: str = ""


class Places:
    """Names that the operator has given to networks, and a database of cities if there is one."""

    def __init__(self, networks: Sequence[tuple[Network, str]], database: str = "") -> None:
        """``networks`` are asked first, in their order; ``database`` is the path of a file in MaxMind's MMDB format,
        which is opened when it is first needed."""
        self._networks = networks
        self._database = database
        self._lock = threading.Lock()
        self._reader: Any = None

    def of(self, text: str, locale: str) -> Place:
        """The place of an address, named in a language if its name is known in that one."""
        address = read_address(text)
        if address is None:
            return Place("unknown")
        for network, name in self._networks:
            if address in network:
                return Place("named", name)
        if address.is_loopback:
            return Place("this_machine")
        if address.is_private:
            return Place("internal")
        name = _name(self._look_up(address), _LANGUAGES.get(locale, "en"))
        return Place("named", name) if name else Place("unknown")

    def _look_up(self, address: Address) -> Any:
        if not self._database:
            return None
        # Here, because most portals have no such database.
        from maxminddb import InvalidDatabaseError, open_database

        try:
            with self._lock:
                if self._reader is None:
                    self._reader = open_database(self._database)
            return self._reader.get(address)
        except (InvalidDatabaseError, OSError, ValueError) as error:
            # ValueError: a database of IPv4 addresses is asked for another.
            log.warning("%s: no place of an address: %s", self._database, error)
            return None


def _name(record: Any, language: str) -> str:
    """The narrowest of city, region and country that has a name."""
    record = record if isinstance(record, Mapping) else {}
    regions = record.get("subdivisions")
    region = regions[0] if isinstance(regions, list) and regions else None
    for part in (record.get("city"), region, record.get("country")):
        names = part.get("names") if isinstance(part, Mapping) else None
        if isinstance(names, Mapping) and (name := names.get(language) or names.get("en")):
            return str(name)
    return ""
