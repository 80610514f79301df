"""``state`` of a protected site holds for one client, one browser and one day."""

from __future__ import annotations

from sso_portal.base.jose import make_marker
from sso_portal.protocol.site_states import STATE_SECONDS, SiteStates

KEY, NOW = b"k" * 32, 1_800_000_000


def test_what_a_state_holds_for() -> None:
    states = SiteStates(KEY)
    state = states.make("wiki", "verifier", "/page", NOW)
    assert states.path(state, "wiki", "verifier", NOW + STATE_SECONDS - 1) == "/page"
    assert states.path(state, "wiki", "verifier", NOW + STATE_SECONDS) is None
    assert states.path(state, "other", "verifier", NOW) is None
    assert states.path(state, "wiki", "another", NOW) is None
    assert SiteStates(b"x" * 32).path(state, "wiki", "verifier", NOW) is None
    for broken in ("", "x", "a.b.c", state[:-2], "\xff"):
        assert states.path(broken, "wiki", "verifier", NOW) is None
    assert "verifier" not in state


def test_a_note_for_another_step_is_no_state() -> None:
    claims = {"client": "wiki", "of": "x", "path": "/", "exp": NOW + 60}
    assert SiteStates(KEY).path(make_marker(KEY, "login", claims), "wiki", "verifier", NOW) is None
