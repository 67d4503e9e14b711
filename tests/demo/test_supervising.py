"""Children that fail: what the person is told."""

import os
import signal
import sys

import pytest

from store_omni.demo.children import Child, ChildFailed, run_to_end
from store_omni.demo.stopping import StopAsked, Stopping
from store_omni.demo.supervising import Supervisor
from store_omni.demo.telling import Terminal


@pytest.fixture
def stopping():
    before = {name: signal.getsignal(name) for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    yield Stopping()
    for name, handler in before.items():
        signal.signal(name, handler)


def _child(folder, name, program):
    return Child(name, [sys.executable, "-c", program], dict(os.environ), folder)


def test_a_program_that_never_starts_is_given_up_with_the_end_of_its_log(tmp_path, stopping, port, capsys):
    supervisor = Supervisor(None, Terminal(), stopping)
    supervisor.start([_child(tmp_path, "web", "import sys; sys.exit('the template is missing')")])
    with pytest.raises(ChildFailed, match="the template is missing"):
        supervisor.wait_until_ready(port)
    supervisor.stop()
    assert "web ended unexpectedly (exit code 1); it starts again in 2 s" in capsys.readouterr().out


def test_a_command_that_fails_is_told_with_its_complaint(tmp_path, stopping):
    heard: list[str] = []
    program = "import sys; print('one'); print('two'); print('three'); sys.exit('no such table')"
    with pytest.raises(ChildFailed, match=r"(?s)migrate failed \(exit code 1\).*three.*no such table"):
        run_to_end(_child(tmp_path, "migrate", program), stopping, heard.append)
    assert heard == ["one", "two"]


def test_a_command_hears_the_wish_to_stop_at_once(tmp_path, stopping):
    child = _child(tmp_path, "seed", "import os, signal, time; print('a', flush=True); print('b', flush=True); time.sleep(600)")

    def stop_asked(_line: str) -> None:
        os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(StopAsked):
        run_to_end(child, stopping, stop_asked)
    assert child.process is None


def test_no_process_of_a_session_survives_its_stop(tmp_path, stopping):
    program = "import subprocess, sys; print(subprocess.Popen(['sleep', '600']).pid, flush=True); sys.exit(3)"
    child = _child(tmp_path, "web", program)
    child.start()
    child.process.wait()
    pid = int((tmp_path / "web.log").read_text())
    child.stop(stopping)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
