"""Schema changes, one file each, in order.

Owns: how a database of an older version becomes one of this version.
Never: imports today's tables; a migration is written once and stays true.
Asked by: storage/migrate.py through Alembic.
"""
