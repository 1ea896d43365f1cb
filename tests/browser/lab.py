"""A JupyterLab of the tests' own, and the few things that the tests do in it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import nbformat

from helpers.commands.lab import no_delay

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find_chromium() -> str | None:
    """Return the path of a system Chromium or Chrome, None if there is none."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((found for found in map(shutil.which, names) if found), None)


class Lab:
    """JupyterLab on a free loopback port with ``folder`` as its root; ends with stop()."""

    def __init__(self, folder: Path, home: Path):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        places = ("CONFIG", "DATA", "RUNTIME")
        own = {f"JUPYTER_{name}_DIR": str(home / name.lower()) for name in places}
        own |= {"JUPYTERLAB_SETTINGS_DIR": str(home / "settings")}
        own |= {"JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces")}
        own |= {"COURSE_PROGRESS": str(home / "progress.json"), "PYTHONPATH": str(ROOT)}
        quiet = home / "settings/@jupyterlab/apputils-extension/notification.jupyterlab-settings"
        quiet.parent.mkdir(parents=True)
        quiet.write_text('{"fetchNews": "false", "checkForUpdates": false}')
        command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.port={port}"]
        command += ["--no-browser", "--ServerApp.ip=127.0.0.1", "--ServerApp.port_retries=0"]
        command += ["--IdentityProvider.token=", "--ServerApp.password="]  # loopback only
        command += [f"--ServerApp.root_dir={folder}", "--LabApp.news_url=none"]
        command += ["--LabApp.expose_app_in_browser=True", "--ServerApp.allow_root=True"]
        command += no_delay()  # as the course starts it
        self.log = home / "server.log"
        self.process = subprocess.Popen(
            command,
            env={**os.environ, **own},
            cwd=folder,
            stdout=self.log.open("w"),
            stderr=subprocess.STDOUT,
        )
        self._wait(60)

    def _wait(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.process.poll() is None:
            try:
                urllib.request.urlopen(f"{self.url}/api", timeout=2).close()
                return
            except OSError:
                time.sleep(0.2)
        self.stop()
        raise RuntimeError(f"JupyterLab did not start:\n{self.log.read_text()[-2000:]}")

    def stop(self) -> None:
        """End the server (and with it its kernels) by its process id."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def notebook_of(cells: list[str], path: Path) -> None:
    """Write a notebook that consists of these code cells."""
    book = nbformat.v4.new_notebook()
    book.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    book.cells = [nbformat.v4.new_code_cell(source) for source in cells]
    nbformat.write(book, path)


def run_all(page, url: str, name: str, seconds: float = 300) -> None:
    """Open a notebook, run every cell and wait until the kernel has come to rest."""
    page.goto(f"{url}/lab/tree/{name}?reset")
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=90_000)
    status = "window.jupyterapp?.shell?.currentWidget?.context?.sessionContext"
    page.wait_for_function(f"() => {status}?.session?.kernel?.status === 'idle'", timeout=90_000)
    page.evaluate("() => { window.jupyterapp.shell.collapseLeft(); }")
    # resolves when the last cell has run (or one has failed)
    page.set_default_timeout(seconds * 1000)
    page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")
    page.wait_for_function(f"() => {status}?.session?.kernel?.status === 'idle'")


def cell_errors(page) -> list[str]:
    """Return the error outputs of the notebook that is open."""
    return page.evaluate(
        """() => {
          const cells = window.jupyterapp.shell.currentWidget.content.model.cells;
          const errors = [];
          for (let at = 0; at < cells.length; at++) {
            const outputs = cells.get(at).outputs;
            for (let j = 0; outputs && j < outputs.length; j++) {
              const output = outputs.get(j).toJSON();
              const { ename, evalue } = output;
              if (output.output_type === "error") errors.push(`cell ${at}: ${ename}: ${evalue}`);
            }
          }
          return errors;
        }"""
    )
