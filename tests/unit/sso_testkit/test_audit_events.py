"""The audit log as tests read it."""

from __future__ import annotations

import pytest

from sso_testkit import Browser, SingleSignOn


def test_events_are_read_with_all_that_is_known(sso: SingleSignOn, browser: Browser) -> None:
    event = sso.effects.audit_events.of(what="signed_in").only()
    assert event == sso.effects.audit_events.last
    assert (event.username, event.client_id, event.actor, event.at) == ("zp", None, "web", sso.clock.now())
    assert event.details == {"amr": "pwd", "remembered": False, "again": False}
    assert event.sid is not None
    assert len(event.trace_id) == 16
    assert "'signed_in'" in repr(sso.effects.audit_events)


def test_what_is_not_there_is_said(sso: SingleSignOn) -> None:
    with pytest.raises(AssertionError, match="audit events: none"):
        sso.effects.audit_events.of(what="code_replayed").only()


def test_the_kit_acts_as_the_portal_itself(sso: SingleSignOn) -> None:
    sso.add_person("wang")
    added = sso.effects.audit_events.of(what="account_added", username="wang").only()
    assert (added.actor, added.address, added.trace_id) == ("portal", "", "")
