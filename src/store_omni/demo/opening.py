"""Opening the shop: the database started and filled, the programs ready, the doors shown to the person at the terminal."""

import json
from collections.abc import Mapping, Sequence

from store_omni.demo.children import run_to_end
from store_omni.demo.programs import Programs
from store_omni.demo.remembering import is_prepared, remember_prepared
from store_omni.demo.supervising import Supervisor
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


def open_shop(programs: Programs, supervisor: Supervisor) -> Logins:
    """Migrates, fills, starts all programs and waits until the shop answers. Returns whom one can be: one row per login.

    Where the last start has prepared everything, the web starts at once and beside the look at the demo data, and the
    others after it: opening is a matter of processor time.
    Errors: `ChildFailed`, `StopAsked`.
    """
    terminal = supervisor.terminal
    kept = programs.kept()
    if is_prepared(programs.folder, supervisor.cluster):
        with terminal.step("Web ready, schema and demo data unchanged"):
            supervisor.start(kept[:1])
            logins = _fill(programs, supervisor)
            supervisor.wait_until_ready(programs.ports.web, programs.ports.host)
        supervisor.start(kept[1:])
        return logins
    with terminal.step("Schema up to date"):
        run_to_end(programs.migrate(), supervisor.stopping, terminal.progress)
    with terminal.step("Demo data there"):
        logins = _fill(programs, supervisor)
    remember_prepared(programs.folder, supervisor.cluster)
    with terminal.step("Web and worker ready"):
        supervisor.start(kept)
        supervisor.wait_until_ready(programs.ports.web, programs.ports.host)
    return logins


def _fill(programs: Programs, supervisor: Supervisor) -> Logins:
    return json.loads(run_to_end(programs.seed(), supervisor.stopping, supervisor.terminal.progress))


def show_doors(programs: Programs, logins: Logins, terminal: Terminal) -> None:
    """The last lines of a start: where to go and how to sign in."""
    doors = [{"": "Shop", "Address": f"{programs.address}/"}]
    if programs.has_inbox:
        doors.append({"": "Mail", "Address": f"{programs.inbox_address}/ (every mail and text message the shop sends)"})
    doors.append({"": "Logs", "Address": str(programs.folder.logs)})
    terminal.line()
    terminal.line(f"Ready after {terminal.elapsed:.1f} s.")
    terminal.line()
    terminal.table(doors)
    terminal.line()
    terminal.table(logins)
    terminal.line()
