"""Installing: interrupted, without a network, without space; and the progress that is shown."""

import io
import subprocess
import sys

import pytest

from helpers.commands import environment, install, lock, venv
from helpers.commands.environment import Trouble
from helpers.commands.installers import PipWatcher, UvWatcher
from helpers.commands.progressbar import ProgressBar


def ready(place):
    return environment.read(str(place / "course-ready"))


def fail_with(error):
    def run():
        raise error
    return run


def test_stamp_is_written_after_success(place, monkeypatch):
    monkeypatch.setattr(install, "run_installers", lambda: None)
    install.install()
    assert ready(place) == venv.stamp()


def test_interrupted_install_leaves_no_stamp_and_is_repaired(place, monkeypatch):
    (place / "course-ready").write_text("an older stamp", encoding="utf-8")
    monkeypatch.setattr(install, "run_installers", fail_with(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        install.install()
    assert ready(place) == ""
    monkeypatch.setattr(install, "run_installers", lambda: None)
    install.install()
    assert ready(place) == venv.stamp()


def test_a_package_that_has_gone_is_noticed_and_installed_again(place, monkeypatch):
    assert install.complete()
    (place / "course-ready").write_text(venv.stamp(), encoding="utf-8")
    monkeypatch.setattr(install, "has", lambda *names: "jupyterlab" not in names)
    assert not install.complete()
    ran = []
    monkeypatch.setattr(install, "run_installers", lambda: ran.append(True))
    install.install()
    assert ran and ready(place) == venv.stamp()


def test_a_stop_before_anything_was_changed_costs_nothing(place, monkeypatch):
    """Ctrl-C while pip looks for the network, and again without one: the packages are all there."""
    (place / "course-ready").write_text("an older stamp", encoding="utf-8")
    monkeypatch.setattr(install, "run_installers", fail_with(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        install.install()
    monkeypatch.setattr(install, "run_installers", fail_with(install.NoNetwork("no network")))
    install.install()
    assert ready(place) == "an older stamp"


@pytest.mark.parametrize("watcher, line", [
    (PipWatcher, "Installing collected packages: numpy, keras"), (UvWatcher, "Prepared 3 packages"),
    (UvWatcher, "Uninstalled 1 package in 2ms"),
])
def test_packages_that_an_installer_has_begun_to_change_are_not_gone_on_with(
    place, monkeypatch, watcher, line
):
    (place / "course-ready.before").write_text("an older stamp", encoding="utf-8")
    watch = watcher(place) if watcher is PipWatcher else watcher()
    with open(place / "log", "w", encoding="utf-8") as log:
        install.follow(["Collecting numpy"], watch, log)
        assert (place / "course-ready.before").exists()
        install.follow([line], watch, log)
    assert not (place / "course-ready.before").exists()
    monkeypatch.setattr(install, "run_installers", fail_with(install.NoNetwork("no network")))
    with pytest.raises(Trouble, match="no network"):
        install.install()


def test_the_second_start_without_a_network_does_not_wait_for_the_installer(place, monkeypatch):
    (place / "course-ready").write_text("an older stamp", encoding="utf-8")
    monkeypatch.setattr(install, "run_installers", fail_with(install.NoNetwork("no network")))
    install.install()
    monkeypatch.setattr(install, "run_installers", fail_with(AssertionError("asked again")))
    looked = subprocess.CompletedProcess([], 1)
    monkeypatch.setattr(install.subprocess, "run", lambda *args, **kwargs: looked)
    install.install()
    assert ready(place) == "an older stamp"
    looked.returncode = 0    # the network is back
    with pytest.raises(AssertionError, match="asked again"):
        install.install()


def test_an_environment_without_pip_gets_one(monkeypatch):
    """`find_spec("pip.__main__")` raises where there is no pip."""
    monkeypatch.setattr(install, "has", lambda *names: False)
    calls = []

    def run(command, **settings):
        calls.append(command)
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(install.subprocess, "run", run)
    install.ensure_pip()
    assert calls == [[sys.executable, "-m", "ensurepip", "--upgrade"]]


def test_packages_that_were_left_half_installed_are_forgotten(place, monkeypatch):
    packages = place / "site-packages"
    for name, complete in (("whole-1.dist-info", True), ("half-1.dist-info", False),
                           ("~umpy", False)):
        (packages / name).mkdir()
        (packages / name / "METADATA").write_text("", encoding="utf-8")
        if complete:
            (packages / name / "INSTALLER").write_text("pip\n", encoding="utf-8")
    install.remove_half_installed()
    assert [path.name for path in packages.iterdir()] == ["whole-1.dist-info"]


def test_no_network_at_first_install_is_a_sentence(place, monkeypatch):
    monkeypatch.setattr(install, "run_installers", fail_with(install.NoNetwork("no network")))
    with pytest.raises(Trouble, match="no network"):
        install.install()
    assert ready(place) == ""


def test_no_network_later_goes_on_with_what_is_there(place, monkeypatch, capsys):
    (place / "course-ready").write_text("an older stamp", encoding="utf-8")
    monkeypatch.setattr(install, "run_installers", fail_with(install.NoNetwork("no network")))
    install.install()
    assert ready(place) == "an older stamp"
    assert "going on" in capsys.readouterr().out


@pytest.mark.parametrize("output, kind", [
    ("WARNING: Retrying ... [Errno -3] Temporary failure in name resolution'))\nERROR: No matching "
     "distribution found", install.NoNetwork),
    ("error: Failed to fetch: `https://pypi.org/simple/numpy/`\n  Caused by: dns error",
     install.NoNetwork),
    ("ReadTimeoutError(\"HTTPSConnectionPool(host='pypi.org', port=443): Read timed out.",
     install.NoNetwork),
    ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
     Trouble),
    ("error: failed to write: No space left on device (os error 28)", Trouble),
])
def test_reasons_are_recognised_in_the_installers_words(output, kind):
    with pytest.raises(Trouble) as caught:
        install.explain_failure(output)
    assert type(caught.value) is kind


def test_other_failures_are_not_called_network_trouble():
    install.explain_failure("ERROR: ResolutionImpossible: conflicting dependencies")


def test_too_little_space_is_said_before_anything_is_fetched(tmp_path, monkeypatch):
    monkeypatch.setattr(install, "site_packages", lambda: tmp_path)
    monkeypatch.setattr(venv.shutil, "disk_usage", lambda path: shutil_usage(free=1.5e9))
    with pytest.raises(Trouble, match="1.4 GB free"):
        install.check_space()
    monkeypatch.setattr(venv.shutil, "disk_usage", lambda path: shutil_usage(free=50e9))
    install.check_space()


def shutil_usage(free):
    import collections

    return collections.namedtuple("usage", "total used free")(100e9, 100e9 - free, free)


def test_failing_installer_shows_its_last_lines(place, monkeypatch):
    monkeypatch.setattr(install.shutil, "which", lambda name: None)
    monkeypatch.setattr(install, "pip_command",
                        lambda: [sys.executable, "-c", "print('odd thing'); raise SystemExit(3)"])
    with pytest.raises(Trouble, match="odd thing"):
        install.run_installers()


def test_pip_takes_over_where_uv_fails(place, monkeypatch):
    done = place / "done"
    monkeypatch.setattr(install.shutil, "which", lambda name: "/bin/uv")
    monkeypatch.setattr(install, "uv_command",
                        lambda: [sys.executable, "-c", "raise SystemExit(2)"])
    monkeypatch.setattr(install, "pip_command",
                        lambda: [sys.executable, "-c", f"open({str(done)!r}, 'w')"])
    install.run_installers()
    assert done.exists()


def test_second_installation_waits_for_the_first(place):
    with lock.only_one(place / "install.lock", "Another one is at it"):
        other = subprocess.run([sys.executable, "-c", (
            "import sys\nfrom helpers.commands import lock\n"
            f"print(lock.try_lock(open({str(place / 'install.lock')!r}, 'a+b')))")],
            cwd=environment.ROOT, capture_output=True, text=True)
        assert other.stdout.strip() == "False"
    with open(place / "install.lock", "a+b") as file:
        assert lock.try_lock(file)


PIP = """\
Collecting numpy
  Downloading numpy-2.4.6.whl (16 MB)
Progress 0 of 16000000
Progress 16000000 of 16000000
Collecting tensorflow
Progress 310000000 of 620000000
Collecting keras (from tensorflow)
Installing collected packages: numpy, keras, tensorflow
Successfully installed numpy keras tensorflow
"""
UV = """\
Resolved 147 packages in 1.20s
Downloading tensorflow (591.1MiB)
Downloading scipy (33.5MiB)
 Downloaded scipy
 Downloaded tensorflow
Prepared 147 packages in 15.1s
Installed 147 packages in 900ms
Bytecode compiled 21000 files in 20.1s
"""


def test_pip_watcher_rises_from_0_to_almost_1(tmp_path):
    watcher = PipWatcher(tmp_path)
    seen = [watcher.fraction()]
    for line in PIP.splitlines():
        watcher.line(line)
        seen.append(watcher.fraction())
        if "Progress 310000000" in line:
            assert watcher.text == "fetching tensorflow 310 of 620 MB"
    assert seen[0] == 0 and seen == sorted(seen) and seen[-1] < 1
    for name in ("numpy", "keras"):
        (tmp_path / f"{name}-1.dist-info").mkdir()
    assert seen[-1] < watcher.fraction() < 1


def test_uv_watcher_rises_from_0_to_almost_1():
    watcher = UvWatcher()
    seen = [watcher.fraction()]
    for line in UV.splitlines():
        watcher.line(line)
        seen.append(watcher.fraction())
    assert seen[0] == 0 and seen == sorted(seen) and 0.9 < seen[-1] < 1


class Screen(io.StringIO):
    encoding = "utf-8"

    def isatty(self):
        return True


def test_bar_on_a_terminal_draws_one_line_and_never_runs_back():
    screen = Screen()
    bar = ProgressBar(screen, clock=lambda: 0.0)
    bar.update(0.5, "half")
    bar.update(0.2, "less")
    bar.close()
    drawn = screen.getvalue()
    assert drawn.count("\n") == 1 and drawn.endswith("\n")
    assert drawn.count(" 50%") == 2 and "20%" not in drawn


def test_bar_in_a_pipe_prints_a_line_at_every_tenth():
    pipe = io.StringIO()
    bar = ProgressBar(pipe, clock=lambda: 0.0)
    for hundredth in range(101):
        bar.update(hundredth / 100, "working")
    assert len(pipe.getvalue().splitlines()) == 11 and "\r" not in pipe.getvalue()


def test_bar_on_an_ascii_terminal_uses_ascii():
    pipe = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    ProgressBar(pipe, clock=lambda: 0.0).update(0.5, "…")
    pipe.seek(0)
    assert "###" in pipe.read()
