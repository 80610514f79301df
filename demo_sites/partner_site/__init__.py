"""北光学院, Northlight Academy: the site of another company, which lets people sign in with their company's portal.

Owns: its programmes, the four steps told page by page, and what it makes of the lessons that a person lets it see.
Never: asks for a password, keeps what an API has told, or needs more than the person has agreed to.
Asked by: a WSGI server, the demo, the test world; its nightly job by a timer.
"""
