"""Twenty thousand random requests to every endpoint: whatever is sent, what has to hold of an answer holds."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.support.hostile.endpoints import ENDPOINTS
from tests.support.hostile.living_world import LivingWorld
from tests.support.hostile.plans import Plan, made
from tests.support.hostile.properties import check, learn
from tests.support.hostile.raw_requests import Answer, send
from tests.support.hostile.spoiling import OPERATIONS, Spoiling, spoiled
from tests.support.hostile.words import Endpoint

REQUESTS = int(os.environ.get("RANDOM_REQUESTS", "27000"))
SEED = int(os.environ.get("RANDOM_REQUESTS_SEED", secrets.randbits(32)))
"""Another one at each run; the record tells it, and with it in the environment the run is the same again."""
LEAST_OF_EACH = 300
RECORD = Path(__file__).parents[2] / "test-results" / "random-requests.json"

SECRET_COLUMNS = (
    ("clients", "secret_hash"),
    ("clients", "secret_encrypted"),
    ("clients", "registration_hash"),
    ("codes", "code_hash"),
    ("tokens", "token_hash"),
    ("device_codes", "device_code_hash"),
    ("device_codes", "user_code_hash"),
    ("sessions", "cookie_hash"),
    ("site_sign_ins", "cookie_hash"),
    ("keys", "private_encrypted"),
    ("credentials", "secret_hash"),
)

SPOILINGS = st.builds(
    Spoiling, st.sampled_from(sorted(OPERATIONS)), st.integers(0, 9_999), st.integers(0, 9_999), st.binary(max_size=8)
)


class Asked:
    """A request to an endpoint, shown in words that are not endless."""

    def __init__(self, endpoint: Endpoint, plan: Plan) -> None:
        self.endpoint = endpoint
        self.plan = plan

    def __repr__(self) -> str:
        return f"{self.endpoint.route}: {self.plan!r}"[:2_000]


@st.composite
def random_requests(draw: st.DrawFn) -> Asked:
    """A good request to any endpoint, with up to three things changed."""
    endpoint = draw(st.sampled_from(ENDPOINTS))
    plan = draw(st.sampled_from(endpoint.good))
    for spoiling in draw(st.lists(SPOILINGS, max_size=3)):
        plan = spoiled(plan, endpoint, spoiling)
    return Asked(endpoint, plan)


@pytest.fixture(scope="module")
def world(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LivingWorld]:
    """One world for all of them."""
    folder = tmp_path_factory.mktemp("random") / "world"
    shutil.copytree(template, folder)
    world = LivingWorld(folder)
    yield world
    world.sso.close()


def test_every_route_has_its_requests(world: LivingWorld) -> None:
    routes = {route.name for route in world.sso.portal_app.routes_mapper.get_routes()}
    assert routes == {endpoint.route for endpoint in ENDPOINTS}


def test_good_requests_are_good(world: LivingWorld) -> None:
    """Otherwise the random ones would be bad for reasons that nobody sees."""
    for endpoint in ENDPOINTS:
        answers = [answered(world, endpoint, plan, set()) for plan in endpoint.good]
        successes = sum(not answer.is_error for answer in answers)
        assert successes >= 0.8 * len(answers), (endpoint.route, [answer.status for answer in answers])


def answered(world: LivingWorld, endpoint: Endpoint, plan: Plan, seen: set[str]) -> Answer:
    """Send the request of a plan, a second after the one before, and check the answer."""
    world.sso.clock.advance(1 + plan.pause)
    request = made(plan, world)
    answer = send(world.sso.portal_app, request.method, request.path, request.query, request.body, request.environ)
    check(endpoint, request, answer, world, seen)
    learn(answer, world)
    return answer


def test_random_requests(world: LivingWorld) -> None:
    statuses: dict[str, Counter[int]] = {endpoint.route: Counter() for endpoint in ENDPOINTS}
    seen: set[str] = set()
    began = time.process_time()

    @seed(SEED)
    @settings(
        max_examples=REQUESTS,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )
    @given(random_requests())
    def run(asked: Asked) -> None:
        statuses[asked.endpoint.route][answered(world, asked.endpoint, asked.plan, seen).status] += 1

    try:
        run()
    finally:
        write_down(statuses, time.process_time() - began)
    assert not seen & stored_hashes(world), "a stored hash was told"
    assert sum(counts.total() for counts in statuses.values()) >= min(REQUESTS, 20_000)
    for route, counts in statuses.items():
        assert counts.total() >= LEAST_OF_EACH * min(REQUESTS, 20_000) / 20_000, (
            f"{route} was asked {counts.total()} times only"
        )
        assert sum(number for status, number in counts.items() if status < 400), f"no request to {route} was good"


def write_down(statuses: dict[str, Counter[int]], seconds: float) -> None:
    """What was asked and answered, for people and for the next run."""
    total = sum(counts.total() for counts in statuses.values())
    by_route = {route: {str(status): counts[status] for status in sorted(counts)} for route, counts in statuses.items()}
    record = {"seed": SEED, "requests": total, "processor_seconds": round(seconds, 1), "statuses": by_route}
    RECORD.parent.mkdir(exist_ok=True)
    RECORD.write_text(json.dumps(record, indent=1) + "\n")
    print(json.dumps(record, indent=1))


def stored_hashes(world: LivingWorld) -> set[str]:
    """Everything in the database that stands for a secret."""
    found: set[str] = set()
    with world.sso.portal.database.engine.connect() as connection:
        for table, column in SECRET_COLUMNS:
            found |= set(connection.exec_driver_sql(f"SELECT {column} FROM {table}").scalars())
    assert len(found) > 1_000, "the columns hold something"
    return found - {None}
