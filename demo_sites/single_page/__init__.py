"""An app that is one page and one script, with no server of its own that could keep a secret.

Owns: the implicit answer in the fragment as the platform's description has it, and code with PKCE beside it.
Never: sees a token on this side; the page asks the portal and user_api itself (CORS).
Asked by: people trying the demo, and the test world.
"""
