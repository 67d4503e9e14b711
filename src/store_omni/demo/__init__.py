"""Owns: the whole product on one machine with one command: its database server, web, worker, an inbox and demo data.
Never: a rule of the trade; it starts the same programs an operator starts.
Speaks: to the person at the terminal."""
