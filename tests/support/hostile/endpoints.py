"""Every endpoint: good requests, the words it knows, and the error codes that its specification has."""

from __future__ import annotations

from tests.support.hostile.machine_endpoints import MACHINE_ENDPOINTS
from tests.support.hostile.people_endpoints import PEOPLE_ENDPOINTS
from tests.support.hostile.words import Endpoint

ENDPOINTS: tuple[Endpoint, ...] = (*PEOPLE_ENDPOINTS, *MACHINE_ENDPOINTS)
