"""First floor: tables, the queries on them, migrations.

Owns: the database; one file is one aggregate with its tables and every statement on them.
Never: decides who may do what, or knows what a request is.
Asked by: services and wiring.
"""
