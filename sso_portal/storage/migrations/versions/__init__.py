"""The migrations.

Owns: one file for each change of the schema.
Never: changes once it has been released.
Asked by: Alembic.
"""
