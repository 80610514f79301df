"""Second floor: who is it, what may they, remember it.

Owns: people, clients, sessions, consents, tokens, keys, the slowing of failed sign-ins.
Never: speaks HTTP, oauthlib or SQL.
Asked by: protocol, web and the command line.
"""
