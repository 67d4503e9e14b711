"""`python -m store_omni.demo`: the product with demo data on this machine, from an empty folder to a page in the browser.

Exit codes: 0 stopped by the person, or ready with --until-ready; 1 a part failed; 2 wrong arguments; 130 stopped while starting.
"""

import argparse
import os
import sys
from pathlib import Path

from store_omni.demo.children import ChildFailed, end_leftovers
from store_omni.demo.claiming import DataFolder, FolderRefused, claimed, prepare_folders
from store_omni.demo.opening import open_shop, show_doors, start_database
from store_omni.demo.owning import PIN_VARIABLE, NotOurs, draw_access, own_database
from store_omni.demo.ports import HOST, PORT_DEFAULT, PortTaken, choose_ports
from store_omni.demo.programs import Programs
from store_omni.demo.stopping import StopAsked, Stopping
from store_omni.demo.supervising import Supervisor
from store_omni.demo.telling import Terminal
from store_omni.kit.postgres.cluster import Cluster
from store_omni.kit.postgres.errors import PostgresProblem
from store_omni.outside import is_private

DATABASE_VARIABLE = "STORE_OMNI_DATABASE_URL"
EXIT_FAILED = 1
EXIT_STOPPED = 130


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/demo", description="Starts the product with demo data on this machine.")
    parser.add_argument(
        "--port", type=int, metavar="N", help="web port; N+1 and N+2 serve mails (default: the first free from 8080 on)"
    )
    parser.add_argument("--data-dir", type=Path, default=Path(".store_omni"), metavar="FOLDER", help="where everything is kept")
    parser.add_argument(
        "--host", default=HOST, metavar="ADDRESS", help="listen on this private address, for others in the same network"
    )
    parser.add_argument("--fresh", action="store_true", help="delete the demo's data in that folder first")
    parser.add_argument("--until-ready", action="store_true", help="stop again as soon as everything works")
    options = parser.parse_args()
    if options.port is not None and not 1 <= options.port <= 65_533:
        parser.error("--port: a number from 1 to 65533")
    if os.environ.get(DATABASE_VARIABLE):
        parser.error(
            f"the demo makes its own database and leaves every other alone: unset {DATABASE_VARIABLE}, or run a shop of your own "
            "with store-omni migrate, setup, serve and worker."
        )
    if options.host != HOST and not is_private(options.host):
        parser.error("--host: a private address of this machine, such as 192.168.0.10")
    return options


def _run(folder: DataFolder, options: argparse.Namespace, terminal: Terminal, stopping: Stopping) -> None:
    if end_leftovers(folder.path):
        terminal.line("  Ended the programs of an earlier start that was killed.")
    if options.fresh:
        with terminal.step("Old data deleted"):
            folder.empty()
    prepare_folders(folder)
    access = draw_access(folder)
    if options.host != HOST:
        if access.given:
            raise NotOurs(f"With --host the PIN must be a drawn one: unset {PIN_VARIABLE} and begin anew with --fresh.")
        terminal.line(f"  WARNING: everybody in the network of {options.host} can reach this demo. Show the PIN to nobody else.")
    ports = choose_ports(options.port, options.host)
    if options.port is None and ports.web != PORT_DEFAULT:
        terminal.line(f"  Port {PORT_DEFAULT} or one of the next two is in use; taking {ports.web} to {ports.smtp}.")
    cluster = Cluster.at(folder.path)
    supervisor = Supervisor(cluster, terminal, stopping)
    try:
        url = start_database(cluster, terminal)
        own_database(cluster, folder, access)
        stopping.check()
        programs = Programs(folder, url, cluster.owner_url, ports, access)
        logins = open_shop(programs, supervisor)
        folder.note(programs.address)
        show_doors(programs, logins, terminal)
        if not options.until_ready:
            terminal.line("Stop with Ctrl-C.")
            supervisor.keep()
    finally:
        supervisor.stop()


def main() -> int:
    options = _read_arguments()
    terminal, stopping = Terminal(), Stopping()
    try:
        with claimed(options.data_dir) as folder:
            _run(folder, options, terminal, stopping)
    except StopAsked:
        return EXIT_STOPPED
    except (FolderRefused, NotOurs, PortTaken, PostgresProblem, ChildFailed) as problem:
        terminal.line()
        print(problem, file=sys.stderr)
        return EXIT_FAILED
    except PermissionError as problem:
        terminal.line()
        print(
            f"{problem.filename} belongs to somebody else. Start as its owner, or name another folder: --data-dir FOLDER",
            file=sys.stderr,
        )
        return EXIT_FAILED
    return 0


if __name__ == "__main__":
    sys.exit(main())
