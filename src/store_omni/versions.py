"""Which program this is, and which programs may run on the database that it makes."""

VERSION = "0.3.0"
# The oldest release that still runs on a database this one has migrated. Raise it together with a migration, or a change of a
# database function, that an older release cannot live with; releases below it then refuse to start there.
OLDEST_CODE = "0.3.0"


def parts(version: str) -> tuple[int, ...]:
    """`1.10.2` as numbers to compare. Errors: `ValueError`."""
    return tuple(int(part) for part in version.split("."))
