"""Twenty-seven ways to break a sign-in: each is broken here, its trace is read, and names the check and the mend.

The same ways stand in docs/troubleshooting.md and its Chinese sister, which are held against this table.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import webtest
from click.testing import CliRunner

from sso_portal.cli.office import Office
from sso_portal.cli.trace import trace
from sso_portal.services.mending import MENDS
from sso_testkit import Browser, SingleSignOn
from sso_testkit.clients import assertion_claims, assertion_fields, jwk_set, key_for, signed
from sso_testkit.relying_party import CHALLENGE, RelyingParty
from sso_testkit.sso import PORTAL
from tests.support.source import ROOT


@dataclass
class Workshop:
    """Where things are broken: one site, one person, and the trace of what was refused last."""

    sso: SingleSignOn
    rp: RelyingParty
    browser: Browser

    def answered(self, answer: webtest.TestResponse) -> str:
        """The trace of an answer to a machine; it is the one of its headers too."""
        assert answer.status_int >= 400, answer.text
        assert answer.json["trace_id"] == answer.headers["X-Request-Id"]
        return str(answer.json["trace_id"])

    def shown(self, browser: Browser) -> str:
        """The trace on an error page."""
        return str(browser.page.html.find(id="trace").get_text())

    def sent_back(self, browser: Browser, **request: str | None) -> str:
        """The trace that comes back to the site with an error."""
        browser.open(self.rp.url(**request))
        return self.rp.answer(browser)["trace_id"]

    def code(self, **request: str | None) -> str:
        return self.rp.code(self.browser, **request)

    def refresh_token(self) -> str:
        return str(self.rp.redeem(self.code()).json["refresh_token"])


def redirect_uri_unregistered(at: Workshop) -> str:
    at.browser.open(at.rp.url(redirect_uri=f"{at.rp.redirect_uri}/"))
    return at.shown(at.browser)


def client_unknown(at: Workshop) -> str:
    at.browser.open(at.rp.url(client_id="RP"))
    return at.shown(at.browser)


def redirect_uri_missing(at: Workshop) -> str:
    at.sso.edit_client("rp", redirect_uris=["https://rp.example.test/a", "https://rp.example.test/b"])
    at.browser.open(at.rp.url(redirect_uri=None))
    return at.shown(at.browser)


def parameter_repeated(at: Workshop) -> str:
    at.browser.open(f"{at.rp.url()}&client_id=rp")
    return at.shown(at.browser)


def response_type_not_registered(at: Workshop) -> str:
    return at.sent_back(at.browser, response_type="none")


def scope_not_registered(at: Workshop) -> str:
    return at.sent_back(at.browser, scope="openid reports")


def code_challenge_missing(at: Workshop) -> str:
    return at.sent_back(at.browser, code_challenge=None, code_challenge_method=None)


def code_challenge_method(at: Workshop) -> str:
    return at.sent_back(at.browser, code_challenge_method="plain")


def request_object(at: Workshop) -> str:
    return at.sent_back(at.browser, request="e30.e30.x")


def pushed_request(at: Workshop) -> str:
    url = at.rp.pushed_url(at.rp.push().json["request_uri"])
    at.browser.open(url)
    at.browser.open(url)
    return at.shown(at.browser)


def no_session(at: Workshop) -> str:
    return at.sent_back(at.sso.browser(), prompt="none")


def idle_expired(at: Workshop) -> str:
    at.sso.clock.advance(hours=2)
    return at.sent_back(at.browser, prompt="none")


def max_age_exceeded(at: Workshop) -> str:
    at.sso.clock.advance(minutes=10)
    return at.sent_back(at.browser, prompt="none", max_age="60")


def stronger_sign_in_needed(at: Workshop) -> str:
    claims = {"id_token": {"acr": {"essential": True, "values": ["urn:example:gold"]}}}
    return at.sent_back(at.browser, prompt="none", claims=json.dumps(claims))


def consent_missing(at: Workshop) -> str:
    at.sso.edit_client("rp", consent="once")
    return at.sent_back(at.browser, prompt="none")


def other_account(at: Workshop) -> str:
    hint = at.rp.redeem(at.code()).json["id_token"]
    other = at.sso.browser()
    other.open(f"{PORTAL}/o/login/")
    other.sign_in("lin", "lin-demo-password")
    return at.sent_back(other, prompt="none", id_token_hint=hint)


def client_secret_wrong(at: Workshop) -> str:
    with at.sso.portal.transaction() as unit:
        stored = unit.clients.stored("rp").secret_hash
    return at.answered(at.rp.redeem(at.code(), client_secret=stored))


def authentication_method(at: Workshop) -> str:
    at.sso.edit_client("rp", token_endpoint_auth_method="none", require_pkce=True)
    return at.answered(at.rp.redeem(at.code(), client_secret="a secret"))


def client_assertion(at: Workshop) -> str:
    keys = {"token_endpoint_auth_method": "private_key_jwt", "jwks": jwk_set(key_for("ES256", "clock"))}
    late = RelyingParty.register(at.sso, "late", **keys)
    assertion = signed(assertion_claims("late", at.sso.clock.now() - 3600), key_for("ES256", "clock"))
    return at.answered(
        late.token(grant_type="refresh_token", refresh_token="x", client_secret=None, **assertion_fields(assertion))
    )


def grant_not_registered(at: Workshop) -> str:
    return at.answered(at.rp.token(grant_type="client_credentials"))


def code_used(at: Workshop) -> str:
    code = at.code()
    at.rp.redeem(code)
    at.sso.clock.advance(7)
    return at.answered(at.rp.redeem(code))


def code_expired(at: Workshop) -> str:
    code = at.code()
    at.sso.clock.advance(75)
    return at.answered(at.rp.redeem(code))


def code_verifier_mismatch(at: Workshop) -> str:
    return at.answered(at.rp.redeem(at.code(), code_verifier=CHALLENGE))


def redirect_uri_differs(at: Workshop) -> str:
    return at.answered(at.rp.redeem(at.code(), redirect_uri=f"{at.rp.redirect_uri}?a=b"))


def refresh_token_used(at: Workshop) -> str:
    token = at.refresh_token()
    at.rp.refresh(token)
    at.sso.clock.advance(minutes=5)
    return at.answered(at.rp.refresh(token))


def agreement_over(at: Workshop) -> str:
    at.sso.edit_client("rp", consent="once")
    at.browser.open(at.rp.url())
    form = next(form for form in at.browser.page.forms.values() if "keep" in form.fields)
    form["keep"] = "days"
    at.browser.submit(form, "decision", "allow")
    token = at.rp.redeem(at.rp.answer(at.browser)["code"]).json["refresh_token"]
    at.sso.clock.advance(days=30)
    return at.answered(at.rp.refresh(token))


def access_token_revoked(at: Workshop) -> str:
    tokens = at.rp.redeem(at.code()).json
    at.rp.revoke(tokens["refresh_token"])
    return at.answered(at.rp.userinfo(tokens["access_token"]))


WAYS: dict[Callable[[Workshop], str], tuple[str, ...]] = {
    redirect_uri_unregistered: ("difference: at character 27: '/' is too much", "nearest: https://rp.example.test/cb"),
    client_unknown: ("sent: RP", "nearest: rp"),
    redirect_uri_missing: ("registered: https://rp.example.test/a, https://rp.example.test/b",),
    parameter_repeated: ("parameter: client_id",),
    response_type_not_registered: ("sent: none", "registered: code"),
    scope_not_registered: ("not registered: reports",),
    code_challenge_missing: (),
    code_challenge_method: (),
    request_object: ("problem: The request object:",),
    pushed_request: ("state: used",),
    no_session: (),
    idle_expired: (),
    max_age_exceeded: ("max age: 60", "sign_in"),
    stronger_sign_in_needed: (),
    consent_missing: (),
    other_account: (),
    client_secret_wrong: ("this looks like the stored hash of a secret, not the secret", "fingerprint"),
    authentication_method: ("registered: none",),
    client_assertion: ("seconds ago by the portal's clock",),
    grant_not_registered: ("sent: client_credentials",),
    code_used: (
        "seconds ago: 7",
        "by: rp",
        "a code was issued to rp",
        "the code was used by rp",
        "revoked: code replayed",
    ),
    code_expired: ("seconds late: 15", "a code was issued to rp", "the person signed in"),
    code_verifier_mismatch: ("the challenge itself was sent",),
    redirect_uri_differs: ("'?a=b' is too much",),
    refresh_token_used: ("seconds ago: 300", "revoked: refresh token replayed"),
    agreement_over: ("agreed until",),
    access_token_revoked: ("because: revoked by client",),
}
"""Each way, and what its trace has to tell besides the check and the mend."""


@pytest.fixture
def workshop(sso: SingleSignOn, rp: RelyingParty, browser: Browser) -> Workshop:
    return Workshop(sso, rp, browser)


def told(workshop: Workshop, trace_id: str) -> str:
    """What ``sso-portal trace`` prints."""
    office = Office("")
    office.__dict__["portal"] = workshop.sso.portal
    answer = CliRunner().invoke(trace, [trace_id], obj=office)
    assert answer.exit_code == 0, answer.output
    return answer.output


@pytest.mark.parametrize(("broken", "words"), WAYS.items(), ids=lambda value: getattr(value, "__name__", ""))
def test_the_trace_names_the_check_and_the_mend(
    workshop: Workshop, broken: Callable[[Workshop], str], words: tuple[str, ...]
) -> None:
    check = broken.__name__
    story = told(workshop, broken(workshop))
    assert f"refused: {check}" in story
    assert f"mend: {MENDS[check]}" in story
    for word in words:
        assert word in story, f"{word!r} is not in:\n{story}"
    for secret in (str(workshop.rp.secret), "penadmin"):
        assert secret not in story
    with workshop.sso.portal.transaction() as unit:
        stored = unit.clients.stored("rp").secret_hash or "no secret"
    assert stored not in story


@pytest.mark.parametrize("page", ["docs/troubleshooting.md", "docs/troubleshooting.zh-CN.md"])
def test_every_way_stands_in_the_documents(page: str) -> None:
    rows = [line for line in Path(ROOT / page).read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    named = [cell.strip().strip("`") for cell in (line.split("|")[2] for line in rows[2:])]
    assert set(named) == {way.__name__ for way in WAYS}
    assert len(named) == len(WAYS) == 27


def test_a_trace_that_is_unknown_is_said_to_be(workshop: Workshop) -> None:
    with workshop.sso.portal.transaction() as unit:
        assert unit.traces.timeline("0123456789abcdef") == []


def test_traces_are_kept_for_a_week(workshop: Workshop) -> None:
    trace_id = code_expired(workshop)
    workshop.sso.clock.advance(days=6)
    workshop.sso.portal.sweep()
    with workshop.sso.portal.transaction() as unit:
        assert unit.traces.timeline(trace_id)
    workshop.sso.clock.advance(days=1, seconds=1)
    workshop.sso.portal.sweep()
    with workshop.sso.portal.transaction() as unit:
        assert unit.traces.timeline(trace_id) == []


def test_a_failed_sign_in_is_told_without_what_was_typed(workshop: Workshop) -> None:
    newcomer = workshop.sso.browser()
    newcomer.open(workshop.rp.url())
    newcomer.sign_in("zp", "a wrong password")
    trace_of_wrong = newcomer.page.headers["X-Request-Id"]
    newcomer.sign_in("hunter2 typed into the name", "x")
    story = told(workshop, trace_of_wrong)
    assert "refused: password_wrong" in story
    assert "refused: name_unknown" in story, "both belong to the same attempt"
    assert "hunter2" not in story
    assert "a wrong password" not in story


def test_a_flood_of_refusals_does_not_fill_the_disk(workshop: Workshop) -> None:
    for _ in range(40):
        workshop.rp.token(grant_type="begging")
    with workshop.sso.portal.database.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM trace_events").scalar() == 20


def test_silent_refusals_begin_with_a_reason_that_programs_can_read(workshop: Workshop) -> None:
    workshop.sent_back(workshop.sso.browser(), prompt="none")
    nobody = workshop.sso.browser()
    nobody.open(workshop.rp.url(prompt="none"))
    assert workshop.rp.answer(nobody)["error_description"].startswith("no_session: ")
