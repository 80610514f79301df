from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.unit.sso_client.guarded_api import AskedProvider, GuardedApi, ProofKey
from tests.unit.sso_client.provider import MovableClock, Provider, ProviderAdapter
from tests.unit.sso_client.site_under_test import Person, make_site


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def provider(clock: MovableClock) -> Provider:
    return Provider(clock)


@pytest.fixture
def adapter(provider: Provider) -> ProviderAdapter:
    return ProviderAdapter(provider)


@pytest.fixture
def site(adapter: ProviderAdapter, clock: MovableClock) -> Callable[..., Any]:
    """Makes sites: `site(scope="openid")` is a Pyramid application with that setting."""

    def make(**more: str) -> Any:
        return make_site(adapter, clock, **more)

    return make


@pytest.fixture
def person(site: Callable[..., Any], provider: Provider) -> Person:
    return Person(site(), provider)


@pytest.fixture
def restart(site: Callable[..., Any], tmp_path: Path) -> Callable[..., Any]:
    """Makes processes of one site: each is a new kit over the same file."""
    return lambda **more: site(store=str(tmp_path / "site.sqlite3"), **more)


@pytest.fixture
def enter(provider: Provider, clock: MovableClock) -> Callable[..., Person]:
    """Signs somebody in at `app`, in the portal's session `sid` that lives for an hour when idle, ten at most."""

    def enter(app: Any, sid: str = "s-1") -> Person:
        provider.claims["sid"] = sid
        provider.lifetimes[sid] = {"idle_expires_at": clock.now() + 3600, "expires_at": clock.now() + 36000}
        person = Person(app, provider)
        person.sign_in()
        return person

    return enter


@pytest.fixture
def asked(clock: MovableClock) -> AskedProvider:
    """A portal that APIs ask."""
    return AskedProvider(clock)


@pytest.fixture
def api(asked: AskedProvider) -> GuardedApi:
    """An API whose guard checks each token by its form."""
    return GuardedApi(asked)


@pytest.fixture
def proof_key(clock: MovableClock) -> ProofKey:
    return ProofKey(clock)
