"""What `lab` would start, without starting it."""

import json
import os
import socket
import subprocess
import sys

import pytest

from helpers.commands import lab, nodelay
from helpers.commands.environment import Trouble


@pytest.fixture
def chapters(tmp_path, monkeypatch):
    """A course with two chapters and a student's own copy of one."""
    monkeypatch.setattr(lab, "ROOT", str(tmp_path))
    (tmp_path / "chapters").mkdir()
    for name in ("03_cnn", "02_backprop", "01_x.mine-20260101-000000"):
        (tmp_path / "chapters" / f"{name}.ipynb").write_text("{}", encoding="utf-8")
    return tmp_path


def test_opens_the_first_chapter_on_this_machine_only(chapters):
    command = lab.lab_command(None, False, [])
    assert "--LabApp.default_url=/lab/tree/chapters/02_backprop.ipynb" in command
    assert f"--ServerApp.root_dir={chapters}" in command
    assert "--ServerApp.ip=127.0.0.1" in command


def test_widgets_are_answered_without_a_delay(chapters):
    pytest.importorskip("jupyter_server")
    option = "--ServerApp.kernel_websocket_connection_class=helpers.commands.nodelay.NoDelay"
    assert lab.lab_command(None, False, []).count(option) == 1


def test_the_server_finds_the_class_in_the_folder_that_it_is_started_in(tmp_path):
    """As `lab` starts it: a module, in the course's folder. The rest of the path is the package's.

    The server itself turns the option into the class, so a wrong name or a wrong kind fails here.
    """
    pytest.importorskip("jupyter_server")
    (tmp_path / "asked.py").write_text(
        "import sys; from jupyter_server.serverapp import ServerApp\n"
        "app = ServerApp(); app.parse_command_line(sys.argv[1:])\n"
        "print(*(c.__name__ for c in app.kernel_websocket_connection_class.__mro__[:2]))")
    done = subprocess.run([sys.executable, "-m", "asked", *lab.no_delay()], cwd=lab.ROOT, text=True,
                          capture_output=True, env={**os.environ, "PYTHONPATH": str(tmp_path)})
    assert done.stdout.split() == ["NoDelay", "ZMQChannelsWebsocketConnection"], done.stderr


def test_connection_sets_no_delay_before_it_connects(monkeypatch):
    channels = pytest.importorskip(lab.USUAL)
    done = []
    monkeypatch.setattr(channels.ZMQChannelsWebsocketConnection, "connect",
                        lambda self: done.append("connect") or "future")

    class Connection(nodelay.NoDelay):
        class websocket_handler:  # noqa: N801
            set_nodelay = staticmethod(done.append)

        def __init__(self):
            pass

    assert Connection().connect() == "future"
    assert done == [True, "connect"]


@pytest.mark.parametrize("missing", [ModuleNotFoundError("no package"), None])
def test_lab_starts_without_the_class_where_the_server_is_another(chapters, monkeypatch, missing):
    def find(name):
        if missing:
            raise missing

    monkeypatch.setattr(lab.importlib.util, "find_spec", find)
    command = lab.lab_command(None, False, [])
    assert not [word for word in command if "websocket" in word]
    assert command[1:3] == ["-m", "jupyterlab"]


def test_options_and_what_is_passed_on(chapters, monkeypatch):
    started = []
    monkeypatch.setattr(lab.os, "execv", lambda path, command: started.extend(command))
    monkeypatch.setattr(lab.subprocess, "call", lambda command, cwd: started.extend(command))
    monkeypatch.chdir(chapters)
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "/mine")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    lab.main(["--port", str(port), "--no-browser", "--ServerApp.token=abc"])
    assert f"--ServerApp.port={port}" in started and "--ServerApp.port_retries=0" in started
    assert "--no-browser" in started and started[-1] == "--ServerApp.token=abc"
    assert os.environ["JUPYTER_CONFIG_PATH"] == os.pathsep.join(["/mine", str(lab.CONFIG)])


def test_jupyterlab_takes_the_folder_as_an_order_not_to_ask_about_news(tmp_path):
    """What the page gets to know, asked of JupyterLab itself, with a reader's setting beside."""
    pytest.importorskip("jupyterlab_server")
    mine = tmp_path / "labconfig" / "page_config.json"
    mine.parent.mkdir()
    mine.write_text('{"disabledExtensions": {"@jupyterlab/toc-extension": true}}')
    code = ("import json; from jupyterlab_server.config import get_page_config\n"
            "print(json.dumps(get_page_config([])['disabledExtensions']))")
    environ = {**os.environ, "JUPYTER_CONFIG_DIR": str(tmp_path),
               "JUPYTER_CONFIG_PATH": lab.config_path({})}
    done = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True)
    disabled = json.loads(done.stdout)
    assert "@jupyterlab/apputils-extension:announcements" in disabled
    assert "@jupyterlab/toc-extension" in disabled


def test_port_in_use_is_a_sentence_with_a_free_one():
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        with pytest.raises(Trouble, match=f"Port {port} is in use") as caught:
            lab.check_port(port)
    offered = int(str(caught.value).rsplit("--port ", 1)[1])
    lab.check_port(offered)


def test_impossible_port_is_a_sentence():
    with pytest.raises(Trouble, match="is no port"):
        lab.check_port(700_000)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="no such user on this system")
def test_root_is_allowed_only_where_one_is_root(chapters, monkeypatch):
    monkeypatch.setattr(lab.os, "geteuid", lambda: 1000)
    assert "--allow-root" not in lab.lab_command(None, False, [])
    monkeypatch.setattr(lab.os, "geteuid", lambda: 0)
    assert "--allow-root" in lab.lab_command(None, False, [])


def test_course_without_chapters_is_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(lab, "ROOT", str(tmp_path))
    with pytest.raises(Trouble, match="no chapter"):
        lab.first_chapter()
