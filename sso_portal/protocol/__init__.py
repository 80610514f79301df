"""Third floor: the rules of OAuth 2 and OpenID Connect.

Owns: oauthlib and what we teach it: grants, checks, the interaction dispatcher, the answers' form.
Never: renders a page, reads a cookie, or writes SQL.
Asked by: web.
"""
