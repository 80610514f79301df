"""Ground floor: small pure pieces that everything stands on.

Owns: clock, identifiers, hashing, JOSE, addresses, form parsing, errors, tracing.
Never: reads settings, the database or a request.
Asked by: every room above.
"""
