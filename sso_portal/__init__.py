"""The portal: one sign-in for every site.

Owns: the login page, the protocol endpoints, people, sites, sessions, tokens.
Never: knows a relying site's code; sites speak to it over HTTP only.
Asked by: browsers, relying sites, operators.
"""
