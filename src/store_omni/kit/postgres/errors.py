"""What can go wrong on the machine. Every message is written for the person at the terminal and says what to do."""


class PostgresProblem(Exception):
    """The embedded server cannot be made, started or stopped."""


class NoBinaries(PostgresProblem):
    """No PostgreSQL programs that fit were found on this machine."""


class DataElsewhere(PostgresProblem):
    """The data folder points at a database that is not there, or that belongs to another folder or person."""


class ServerFailed(PostgresProblem):
    """A PostgreSQL program ended with an error; the message carries the last lines it wrote."""
