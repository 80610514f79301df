"""Outgoing calls: what the portal itself fetches from elsewhere.

Owns: which addresses may be called, the calls, what they brought.
Never: follows a redirect, or calls while the database is locked for writing.
Asked by: the protocol, for clients' keys and request objects.
"""
