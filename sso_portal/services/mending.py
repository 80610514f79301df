"""How each refusal is mended: one line per check, told by ``sso-portal trace``; docs/troubleshooting.md says more."""

from __future__ import annotations

from collections.abc import Mapping

MENDS: Mapping[str, str] = {
    # The authorization endpoint.
    "client_missing": "Send client_id.",
    "client_unknown": "Use a client_id of `sso-portal client list`, or register the site with `sso-portal client add`.",
    "redirect_uri_unregistered": "Register exactly what the site sends, or let it send exactly what is registered: "
    "`sso-portal client edit ID --set 'redirect_uris=[…]'`.",
    "redirect_uri_missing": "Several redirect URIs are registered; send the one that is meant.",
    "parameter_repeated": "Send each parameter once, in UTF-8.",
    "response_type_not_registered": "Register it: `sso-portal client edit ID --set response_types=…` (and its grant).",
    "scope_not_registered": "Ask for registered scopes only, or register them: `sso-portal client edit ID --set "
    "scope=…`.",
    "code_challenge_missing": "Send code_challenge and code_challenge_method=S256 (PKCE); every current library can.",
    "code_challenge_method": "Send code_challenge_method=S256; plain is not accepted.",
    "request_object": "Look at what the description says about the JWT: its key, algorithm, aud and times.",
    "authorization_details": "Look at what the description says about the entry; the types and the client's "
    "authorization_details_types are the operator's to set.",
    "profile": "This client is held to a profile; docs/recipes/high-security-clients.md says what that demands.",
    "pushed_request": "Push a new request for every sign-in: a reference works once, for the client that pushed it, "
    "and for sso.tokens.pushed_request_seconds.",
    "no_session": "Normal for a silent request: send the person without prompt=none when she is to sign in.",
    "idle_expired": "The session was not used for too long; send the person without prompt=none, or see "
    "sso.session.idle_seconds.",
    "max_age_exceeded": "Her sign-in is older than max_age; send the person without prompt=none.",
    "stronger_sign_in_needed": "Ask for an acr that acr_values_supported names, or for none.",
    "consent_missing": "She has not agreed to these scopes yet; send her without prompt=none once.",
    "other_account": "Somebody else is signed in than the one the site means (id_token_hint); offer to switch "
    "accounts.",
    "person_declined": "She pressed Decline; the site should go on without, or explain and ask again.",
    "loop": "The site sends people back at once although they come with a good answer: look at its callback and "
    "its cookie.",
    # Signing in.
    "password_wrong": "The password is another one; `sso-portal user password NAME` sets a new one.",
    "name_unknown": "Nobody has this user name; see `sso-portal user list`.",
    "locked": "Too many tries; waiting helps, the time is told on the page.",
    # Client authentication.
    "client_authentication_missing": "Send the client's credentials by the method it is registered for.",
    "client_secret_missing": "Send client_secret, in the body or by HTTP Basic.",
    "client_secret_wrong": "Compare length and fingerprint with the secret you hold; `sso-portal client "
    "rotate-secret ID` draws a new one.",
    "authentication_method": "Use the method the client is registered for, or register the other: `--set "
    "token_endpoint_auth_method=…`.",
    "authenticated_twice": "Authenticate once: in the Authorization header or in the body.",
    "client_assertion": "Look at what the description says about the assertion: key, aud, times (in seconds), jti.",
    "client_certificate": "Look at what stands beside it: the certificate, sso.mutual_tls, sso.web.trusted_proxies.",
    # Tokens that are bound to a key.
    "dpop_proof": "Look at what the description says about the proof: its key, htm, htu, iat (in seconds), jti, ath.",
    "dpop_nonce": "Normal once: repeat the request with the nonce of the header DPoP-Nonce in a new proof.",
    "dpop_missing": "Send a DPoP proof with the request; this client or this token is bound to a key.",
    "dpop_scheme": "A bound token is sent as Authorization: DPoP with a proof, any other as Authorization: Bearer.",
    "dpop_key_differs": "Keep the key with the tokens: proofs are made with the key that they were bound to.",
    # The token endpoint.
    "grant_not_registered": "Register it: `sso-portal client edit ID --set grant_types=…`.",
    "code_unknown": "Send the code exactly as it came, url-encoded once; codes are deleted a day after they expired.",
    "code_of_other_client": "The code was issued to another client; redeem it with that client's credentials.",
    "code_used": "A code works once. Look for a double submit, a retry, or two servers that handle one callback.",
    "code_expired": "Redeem the code right when it comes; see sso.tokens.code_seconds.",
    "code_verifier_mismatch": "Send the code_verifier of the same attempt: keep it with the state, not in one "
    "place for all tabs.",
    "code_verifier_missing": "The request had a code_challenge: send the code_verifier that belongs to it.",
    "code_verifier_unexpected": "The request had no code_challenge; somebody may have taken it out on the way.",
    "redirect_uri_differs": "Send the same redirect_uri as in the authorization request.",
    "session_over": "She signed out before the code was used; send her to sign in again.",
    "person_disabled": "Her account is disabled: `sso-portal user enable NAME`.",
    "refresh_token_unknown": "Send the newest refresh token; the old ones are deleted some time after they expired.",
    "refresh_token_used": "A refresh token works once. Store the new one before the next request; do not share "
    "it between servers.",
    "refresh_token_revoked": "What ended it stands beside it; the person has to sign in again.",
    "refresh_token_expired": "The person has to sign in again; see sso.tokens.refresh_seconds.",
    "agreement_over": "She agreed for some days only. Send her through a sign-in: she is asked again there.",
    # Access tokens.
    "access_token_missing": "Send Authorization: Bearer … with the access token.",
    "access_token_unknown": "This is no access token of this portal: compare length and fingerprint; an "
    "id_token is none.",
    "access_token_expired": "Refresh it, or sign the person in again.",
    "access_token_revoked": "What ended it stands beside it; the person has to sign in again.",
    "scope_openid_missing": "Ask for the scope openid at sign-in.",
}
"""What to do, by check. A check that is not here is named like the error code that went out."""


def mend_of(check: str) -> str:
    """What helps, or an empty string."""
    return MENDS.get(check, "")
