from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

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
