"""The order of things while packages are installed, and what an installer gets to know."""

import contextlib
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from helpers.commands import install, lock, venv
from helpers.commands.environment import Trouble, read
from helpers.commands.installers import Watcher


def write(place, name, text):
    (place / name).write_text(text, encoding="utf-8")


@pytest.fixture
def installer(monkeypatch):
    """An installer that succeeds at once; lists what it found half installed each time it ran."""
    ran = []

    def run():
        ran.append(sorted(path.name for path in install.site_packages().iterdir()))

    monkeypatch.setattr(install, "run_installers", run)
    return ran


def no_network():
    raise install.NoNetwork("no network")


# --- the order of things --------------------------------------------------------------------------


def test_what_is_half_installed_is_forgotten_before_the_installer_looks(place, installer):
    (place / "site-packages" / "half-1.dist-info").mkdir()
    (place / "site-packages" / "whole-1.dist-info").mkdir()
    write(place, "site-packages/whole-1.dist-info/INSTALLER", "pip\n")
    install.install()
    assert installer == [["whole-1.dist-info"]]   # else it would take the half one as done


def test_a_window_that_had_to_wait_finds_the_work_done(place, installer, monkeypatch):
    @contextlib.contextmanager
    def another_window_finishes(path, doing):
        assert not (place / "course-ready").exists()
        write(place, "course-ready", venv.stamp())
        yield

    monkeypatch.setattr(install, "only_one", another_window_finishes)
    install.install()
    assert installer == [] and read(str(place / "course-ready")) == venv.stamp()


def test_without_enough_space_nothing_is_fetched(place, installer, monkeypatch):
    def refuse():
        raise Trouble("too little")

    monkeypatch.setattr(install, "check_space", refuse)
    with pytest.raises(Trouble, match="too little"):
        install.install()
    assert installer == []
    # Who has the packages of last time needs room only for those that have changed.
    write(place, "course-ready", "an older stamp")
    install.install()
    assert len(installer) == 1


def test_packages_that_are_there_need_no_space_any_more(tmp_path, monkeypatch):
    class Usage:
        free = 1.5e9

    monkeypatch.setattr(install, "site_packages", lambda: tmp_path)
    monkeypatch.setattr(venv.shutil, "disk_usage", lambda path: Usage)
    (tmp_path / "tensorflow").mkdir()
    with pytest.raises(Trouble, match="Too little disk space"):
        install.check_space()
    with open(tmp_path / "tensorflow" / "large.so", "wb") as file:
        file.truncate(3 * venv.GIGABYTE)   # a file with a hole: it takes no room itself
    install.check_space()


def test_what_a_try_without_a_network_left_is_gone_after_success(place, installer, monkeypatch):
    monkeypatch.setattr(install, "still_offline", lambda: False)
    write(place, "course-ready.before", "an older stamp")
    write(place, "offline", venv.stamp())
    install.install()
    assert not (place / "course-ready.before").exists() and not (place / "offline").exists()


@pytest.mark.parametrize("change", ["a day has passed", "other packages are asked for"])
def test_a_try_without_a_network_is_not_remembered_for_ever(place, monkeypatch, change):
    """A look that finds no network may be wrong, behind a proxy for instance."""
    write(place, "course-ready", "an older stamp")
    monkeypatch.setattr(install, "run_installers", no_network)
    install.install()
    looked = subprocess.CompletedProcess([], returncode=1)
    monkeypatch.setattr(install.subprocess, "run", lambda *command, **settings: looked)
    assert install.still_offline()
    if change == "a day has passed":
        long_ago = install.OFFLINE.stat().st_mtime - install.OFFLINE_SECONDS - 60
        os.utime(install.OFFLINE, (long_ago, long_ago))
    else:
        monkeypatch.setattr(install, "stamp", lambda: "the stamp of other packages")
    assert not install.still_offline()


def test_a_look_for_the_network_that_takes_too_long_counts_as_none(place, monkeypatch):
    write(place, "offline", venv.stamp())

    def hang(command, timeout, **settings):
        raise subprocess.TimeoutExpired(command, timeout)

    monkeypatch.setattr(install.subprocess, "run", hang)
    assert install.still_offline()


# --- the installer --------------------------------------------------------------------------------


class Standing(Watcher):
    """Understands no line."""

    def line(self, line):
        pass

    def fraction(self):
        return 0.0


def test_ctrl_c_ends_the_installer_too(place, monkeypatch):
    """Otherwise it would go on changing packages behind the back of the next call."""
    started, real = [], subprocess.Popen

    def start(*command, **settings):
        started.append(real(*command, **settings))
        return started[0]

    def ctrl_c(seconds):
        raise KeyboardInterrupt

    monkeypatch.setattr(install.subprocess, "Popen", start)
    monkeypatch.setattr(install.time, "sleep", ctrl_c)
    with pytest.raises(KeyboardInterrupt):
        install.run_one([sys.executable, "-c", "import time; time.sleep(60)"], Standing())
    assert started[0].poll() not in (None, 0)   # killed, and not because its minute was over


def test_settings_of_the_user_lead_no_package_elsewhere(monkeypatch):
    unwanted = ("PIP_TARGET", "PIP_PREFIX", "PIP_REQUIRE_HASHES", "PYTHONDONTWRITEBYTECODE")
    for name in (*unwanted, "PIP_USER"):
        monkeypatch.setenv(name, "1")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example.org")
    got = install.child_environment()
    assert not {*unwanted} & {*got}
    assert got["PIP_USER"] == "0" and got["HTTPS_PROXY"] == "http://proxy.example.org"
    assert os.environ["PIP_TARGET"] == "1"   # the course's own environment stays as it is


@pytest.mark.parametrize("version, raw", [((24, 0), False), ((24, 1), True), ((0, 0), False)])
def test_pip_gets_the_list_and_no_option_that_it_does_not_know(monkeypatch, version, raw):
    monkeypatch.setattr(install, "pip_version", lambda: version)
    command = install.pip_command()
    assert command[:4] == [sys.executable, "-m", "pip", "install"]
    assert ("raw" in command) == raw and command[command.index("-r") + 1] == "requirements.txt"


def test_uv_gets_the_list_and_the_python_of_the_course(monkeypatch):
    """Without being told, uv would install into whichever environment it finds first."""
    monkeypatch.setattr(install.shutil, "which", lambda name: "/bin/uv")
    command = install.uv_command()
    assert command[:3] == ["/bin/uv", "pip", "install"]
    assert command[command.index("--python") + 1] == sys.executable
    assert command[command.index("-r") + 1] == "requirements.txt"


def test_both_get_the_longer_list_where_the_cluster_is_wanted(monkeypatch):
    monkeypatch.setenv("COURSE_EXTRAS", "cluster")
    monkeypatch.setattr(install.shutil, "which", lambda name: "/bin/uv")
    for command in (install.pip_command(), install.uv_command()):
        assert command[command.index("-r") + 1] == "requirements-cluster.txt"
    first = (Path(install.ROOT) / "requirements-cluster.txt").read_text("utf-8")
    assert "\n-r requirements.txt\n" in first     # it includes the shorter one


def test_an_installer_works_in_the_folder_of_the_list(place):
    install.run_one([sys.executable, "-c", "import os; print(os.listdir())"], Standing())
    assert "'requirements.txt'" in install.LOG.read_text(encoding="utf-8")


# --- one at a time --------------------------------------------------------------------------------


def test_who_comes_second_says_so_once_and_waits_until_the_first_is_done(tmp_path, monkeypatch):
    said, entered, looked_three_times = [], threading.Event(), threading.Event()
    looks = []

    def look_again(seconds):
        looks.append(seconds)
        if len(looks) >= 3:
            looked_three_times.set()
        entered.wait(0.001)

    monkeypatch.setattr(lock, "say", said.append)
    monkeypatch.setattr(lock.time, "sleep", look_again)

    def second():
        with lock.only_one(tmp_path / "lock", "Another window is at it"):
            entered.set()

    window = threading.Thread(target=second, daemon=True)
    with lock.only_one(tmp_path / "lock", "Another window is at it"):
        window.start()
        assert looked_three_times.wait(60) and not entered.is_set()
    assert entered.wait(60)
    window.join(60)
    assert said == ["Another window is at it; waiting for it …"]


def test_where_no_lock_can_be_had_nobody_waits(tmp_path):
    with lock.only_one(tmp_path / "no such folder" / "lock", "Another window is at it"):
        pass


def test_a_lock_is_free_again_after_an_error(tmp_path):
    with pytest.raises(ZeroDivisionError), lock.only_one(tmp_path / "lock", "-"):
        raise ZeroDivisionError
    with open(tmp_path / "lock", "a+b") as file:
        assert lock.try_lock(file)
