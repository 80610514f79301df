"""What the three APIs of the demo need and none should write twice.

Owns: setting an API up behind its guard, problem bodies, reading JSON, pages of lists, versions, its SQLite file.
Never: knows what an API is about, or judges a token; that is the guard's work (sso_client.guard).
Asked by: the app factory and the views of each demo API.
"""
