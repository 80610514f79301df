"""Demonstrating proof of possession: tokens that only who has a key can use (RFC 9449).

Owns: what a proof has to say, its nonces, and the two errors of the specification.
Never: decides what is bound to the key; :mod:`sso_portal.protocol.sender_constraints` does.
Asked by: the endpoints that issue tokens and those that take them.
"""
