"""A scriptable relying party: every parameter, key and step of the protocol in the test's hand.

Owns: authorization requests and what a test expects of them, calls of the portal's endpoints and what they answer.
Never: decides for the test what is right to send; whatever it is told to leave out or to spoil, it does.
Asked by: tests of the protocol, by ``sso.relying_party("rp", consent="explicit")``.
"""

from sso_testkit.relying_party.authorization_request import AuthorizationRequest
from sso_testkit.relying_party.endpoint_answer import EndpointAnswer, Tokens
from sso_testkit.relying_party.party import CHALLENGE, VERIFIER, RelyingParty
from sso_testkit.relying_party.redirect_page import RedirectPage

__all__ = [
    "AuthorizationRequest",
    "CHALLENGE",
    "EndpointAnswer",
    "RedirectPage",
    "RelyingParty",
    "Tokens",
    "VERIFIER",
]
