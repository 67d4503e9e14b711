"""Owns: an embedded PostgreSQL: finding its programs, placing its files, starting, adopting and stopping its server.
Never: a table, a migration, a URL that was given from outside.
Speaks: nothing."""
