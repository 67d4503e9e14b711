"""What ends a command, in one sentence with what to do. What nobody foresaw keeps its traceback."""

import asyncpg
from alembic.util import CommandError

from store_omni.backing_up import BackupProblem
from store_omni.doctoring import UnfitDatabase
from store_omni.fitting import UnfitSchema
from store_omni.kit.database import is_unreachable
from store_omni.migrating import NewerDatabase
from store_omni.rotating import OtherSecrets

URL = "STORE_OMNI_DATABASE_URL"


def _of_the_database(error: BaseException) -> str | None:
    if isinstance(error, asyncpg.InvalidAuthorizationSpecificationError):  # a wrong password too
        return f"The database refuses the user or password of {URL}."
    if isinstance(error, asyncpg.InvalidCatalogNameError):
        return f"There is no database of the name in {URL}. Create it as docs/operate.md says."
    if isinstance(error, asyncpg.InsufficientPrivilegeError):
        return f"The database user of {URL} may not do this: {error.args[0]}."
    if isinstance(error, asyncpg.UndefinedTableError | asyncpg.InvalidSchemaNameError | asyncpg.UndefinedColumnError):
        return "The tables of this database are not those of this program. Run: store-omni migrate"
    if isinstance(error, asyncpg.ReadOnlySQLTransactionError):
        return f"The database of {URL} is read-only (a standby?). Name the primary."
    if isinstance(error, asyncpg.LockNotAvailableError):
        return "A table is locked by a long transaction. Nothing was left half done; run the command again in a moment."
    return None


def sentence_about(error: BaseException) -> str | None:
    """None: it was not foreseen."""
    if isinstance(error, UnfitDatabase | UnfitSchema | NewerDatabase | BackupProblem | OtherSecrets):
        return str(error)
    if isinstance(error, CommandError):
        return f"The migrations do not fit this database ({error}). Was it made by a newer release? Then migrate with that one."
    if isinstance(error, asyncpg.exceptions.ClientConfigurationError):
        return f"{URL} cannot be used: {error}."
    cause: BaseException | None = error
    while cause is not None:
        if said := _of_the_database(cause):
            return said
        cause = cause.__cause__ or cause.__context__
    if is_unreachable(error):
        return f"The database of {URL} cannot be reached ({type(error).__name__}). Is it running, and are host and port right?"
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}."
    return None
