"""Opening the shop: the database started and filled, the programs ready, the doors shown to the person at the terminal."""

import json
from collections.abc import Mapping, Sequence

from store_omni.demo.children import run_to_end
from store_omni.demo.programs import Programs
from store_omni.demo.stopping import Stopping
from store_omni.demo.telling import Terminal
from store_omni.kit.postgres.cluster import Cluster
from store_omni.kit.postgres.placement import forgotten_homes

Logins = Sequence[Mapping[str, object]]


def start_database(cluster: Cluster, terminal: Terminal) -> str:
    """The URL of the folder's own server. Errors: `PostgresProblem`."""
    new = cluster.placement is None
    with terminal.step("PostgreSQL started, with a new database" if new else "PostgreSQL started"):
        url = cluster.start()
    placement = cluster.placement
    if new and placement and placement.elsewhere:
        terminal.line(
            f"           It runs as {placement.account.name}, who may not enter this folder, so its data lie in {placement.home}."
        )
    for home in forgotten_homes(cluster.data_dir) if new else ():
        terminal.line(f"           An older database of this folder is left. If nobody needs it: rm -r {home}")
    if cluster.adopted:
        terminal.line(f"           It was still running (process {cluster.pid}), so it was taken over.")
    return url


def prepare_database(programs: Programs, terminal: Terminal, stopping: Stopping) -> Logins:
    """Brings the schema up to date and fills an empty shop. Returns whom one can be: one row per login.

    Errors: `ChildFailed`, `StopAsked`.
    """
    with terminal.step("Schema up to date"):
        run_to_end(programs.migrate(), stopping, terminal.progress)
    with terminal.step("Demo data there"):
        said = run_to_end(programs.seed(), stopping, terminal.progress)
    return json.loads(said)


def show_doors(programs: Programs, logins: Logins, terminal: Terminal) -> None:
    """The last lines of a start: where to go and how to sign in."""
    doors = [{"": "Shop", "Address": f"{programs.address}/"}]
    if programs.has_inbox:
        doors.append({"": "Mail", "Address": f"{programs.inbox_address}/ (every mail the shop sends)"})
    doors.append({"": "Logs", "Address": str(programs.folder.logs)})
    terminal.line()
    terminal.line(f"Ready after {terminal.elapsed:.1f} s.")
    terminal.line()
    terminal.table(doors)
    terminal.line()
    terminal.table(logins)
    terminal.line()
