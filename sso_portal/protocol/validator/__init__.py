"""The answers to oauthlib's questions, one small mixin per subject.

Owns: every method of oauthlib's RequestValidator that this portal answers.
Never: decides what page comes next.
Asked by: oauthlib, through the grants.
"""

from oauthlib.openid import RequestValidator

from sso_portal.protocol.validator.assertions import AssertionAnswers
from sso_portal.protocol.validator.authorization import AuthorizationAnswers
from sso_portal.protocol.validator.authorization_details import AuthorizationDetailAnswers
from sso_portal.protocol.validator.bearer import BearerAnswers
from sso_portal.protocol.validator.client_authentication import ClientAuthenticationAnswers
from sso_portal.protocol.validator.codes import CodeAnswers
from sso_portal.protocol.validator.device_codes import DeviceCodeAnswers
from sso_portal.protocol.validator.id_tokens import IdTokenAnswers
from sso_portal.protocol.validator.other_grants import OtherGrantAnswers
from sso_portal.protocol.validator.presented_tokens import PresentedTokenAnswers
from sso_portal.protocol.validator.refresh_tokens import RefreshTokenAnswers
from sso_portal.protocol.validator.resources import ResourceAnswers
from sso_portal.protocol.validator.token_exchange import TokenExchangeAnswers


class PortalValidator(
    ClientAuthenticationAnswers,
    AuthorizationAnswers,
    CodeAnswers,
    DeviceCodeAnswers,
    RefreshTokenAnswers,
    IdTokenAnswers,
    BearerAnswers,
    OtherGrantAnswers,
    PresentedTokenAnswers,
    ResourceAnswers,
    AuthorizationDetailAnswers,
    TokenExchangeAnswers,
    AssertionAnswers,
    RequestValidator,
):
    """Everything together; a question nobody here answers raises in oauthlib's own base class."""


__all__ = ["PortalValidator"]
