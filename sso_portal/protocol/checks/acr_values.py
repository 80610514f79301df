"""What strength of sign-in is asked for (OpenID Connect Core, sections 3.1.2.1 and 5.5.1.1)."""

from __future__ import annotations

from typing import Any

from oauthlib.oauth2.rfc6749.errors import OAuth2Error

from sso_portal.protocol.call import call_of
from sso_portal.services.assurance import ACR_VALUES


class UnmetAuthenticationRequirements(OAuth2Error):
    """No sign-in that this portal has is as strong as was demanded (OpenID Connect Core Unmet Authentication
    Requirements 1.0)."""

    error = "unmet_authentication_requirements"


def check(request: Any) -> dict[str, Any]:
    """Refuse an essential ``acr`` that nobody can ever have here; ``acr_values`` alone is only a wish."""
    wanted = call_of(request).claims.essential_acr
    if wanted and not set(wanted) & set(ACR_VALUES):
        call_of(request).find("stronger_sign_in_needed", demanded=list(wanted), there_are=list(ACR_VALUES))
        raise UnmetAuthenticationRequirements(
            description=f"The acr that is demanded cannot be had; there are: {', '.join(ACR_VALUES)}.", request=request
        )
    return {}
