"""Token types.

Owns: how an access token is drawn and what an answer of the token endpoint holds.
Never: stores anything; the validator does.
Asked by: the server.
"""
