"""The web server: processes that share one listening socket, come back when they die, and end when they are told to."""

import logging
import multiprocessing
import os
import signal
import socket
import tempfile
import time

from uvicorn import Config
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess
from uvicorn.supervisors.multiprocess import Process

from store_omni.kit.connecting import Connection
from store_omni.kit.logs import set_up_logs
from store_omni.kit.metering import FOLDER, forget_process
from store_omni.kit.sharing import Places, SharingServer

log = logging.getLogger("uvicorn.error")  # where the library says what becomes of its processes
# A page that listens for events, or a slow download, would keep a stopping process waiting.
STOP_SECONDS_MAX = 5
# After that its database connections are given back; then it is ended, whatever it does.
KILL_SECONDS = STOP_SECONDS_MAX + 5
# Longer than a proxy keeps its connections to us (60 s is common): of a connection that both ends close at once, a request is lost.
IDLE_SECONDS_MAX = 75
# A process that starts on a busy machine says nothing for a while.
SILENT_SECONDS_MAX = 30


class OneProcess(Process):
    def __init__(self, config: Config, sockets: list[socket.socket], places: Places, place: int) -> None:
        self._places, self._place = places, place
        super().__init__(config, sockets)

    @property
    def server(self) -> SharingServer:
        if not isinstance(self._server, SharingServer):
            self._server = SharingServer(self.config, self._places, self._place)
        return self._server


class Processes(Multiprocess):
    """A process that cannot start ends all of them, until one has been ready: later on, what it lacks (its database) comes back."""

    has_been_ready = False
    could_not_start = False

    def __init__(self, config: Config, sockets: list[socket.socket]) -> None:
        super().__init__(config, sockets)
        self._places = Places(self.processes_num)

    def _start_one(self, place: int) -> OneProcess:
        process = OneProcess(self.config, self.sockets, self._places, place)
        process.start()
        return process

    def init_processes(self) -> None:
        self.processes += [self._start_one(place) for place in range(self.processes_num)]

    def keep_subprocess_alive(self) -> None:
        for place, process in enumerate(self.processes):
            if self.should_exit.is_set():
                return
            if process.is_alive(SILENT_SECONDS_MAX):
                self.has_been_ready = self.has_been_ready or process.is_ready(SILENT_SECONDS_MAX)
                continue
            process.kill()
            process.join()
            forget_process(os.environ[FOLDER], process.pid)
            if process.exitcode == STARTUP_FAILURE and not self.has_been_ready:
                self.could_not_start = True
                self.should_exit.set()
                return
            self.processes[place] = self._start_one(place)

    def join_all(self) -> None:
        deadline = time.monotonic() + KILL_SECONDS
        for process in self.processes:
            _join(process, deadline)

    def restart_all(self) -> None:
        """On SIGHUP: one after the other, each when its successor is ready. The two share a place meanwhile."""
        for place, before in enumerate(self.processes):
            after = self._start_one(place)
            if not after.wait_until_ready(SILENT_SECONDS_MAX, self.should_exit):
                log.error("process %s was not ready in time; those before it stay", after.pid)
                after.kill()
                after.join()
                return
            before.terminate()
            _join(before, time.monotonic() + KILL_SECONDS)
            forget_process(os.environ[FOLDER], before.pid)
            self.processes[place] = after

    def handle_ttin(self) -> None:
        log.warning("how many processes there are is said at the start (--workers)")

    handle_ttou = handle_ttin


def _join(process: Process, deadline: float) -> None:
    process.process.join(max(0.0, deadline - time.monotonic()))
    if process.process.is_alive():
        log.warning("process %s has not ended and is killed", process.pid)
        process.process.kill()
        process.process.join()


async def _end_with_parent() -> None:
    """A process nobody watches would hold the port, and answer with yesterday's program."""
    parent = multiprocessing.parent_process()
    if parent is not None and not parent.is_alive():
        os.kill(os.getpid(), signal.SIGTERM)


class _Config(Config):
    """Its processes speak in the one format too: each calls this when it begins."""

    log_form = "text"

    def configure_logging(self) -> None:
        set_up_logs(self.log_form)


def serve(application: str, *, host: str, port: int, workers: int, log_form: str = "text") -> int:
    """`application`: "module:function" that makes an ASGI application, called once in each process. Returns when it is told to stop
    (SIGTERM, SIGINT), with 1 where it could not start or the address is taken, both said in its log."""
    config = _Config(
        application,
        factory=True,
        interface="asgi3",
        host=host,
        port=port,
        workers=workers,
        loop="uvloop",
        http=Connection,
        ws="none",
        lifespan="on",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=IDLE_SECONDS_MAX,
        timeout_graceful_shutdown=STOP_SECONDS_MAX,
        callback_notify=_end_with_parent,
        timeout_notify=1,
    )
    config.log_form = log_form
    config.configure_logging()
    try:
        listener = config.bind_socket()
    except SystemExit:
        return 1  # it has said why
    with listener, tempfile.TemporaryDirectory(prefix="store_omni_metrics_", ignore_cleanup_errors=True) as folder:
        os.environ[FOLDER] = folder  # its processes inherit it
        processes = Processes(config, [listener])
        processes.run()
    return 1 if processes.could_not_start else 0
