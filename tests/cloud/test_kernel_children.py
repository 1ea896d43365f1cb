"""What a notebook has started ends with its kernel, however that ends: no process, no open port."""

import sys
import time

import psutil
import pytest
from jupyter_client.manager import KernelManager

CELL = """
import tempfile
from helpers.cloud import exporting, serving, training
from helpers.cloud.store import open_store
from helpers.cnn import networks

folder = serving.folder()
exporting.export(networks.softmax(), folder, 1, kind="numpy")
server = serving.serve(folder)
job = training.Job(steps=100_000, pause=0.01)
supervisor = training.start(job, open_store(tempfile.mkdtemp()), "numpy")
"""
AGAIN = "assert serving.ask(server.url, [[0] * 28] * 28).shape == (10,)"


@pytest.fixture
def kernel():
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    yield manager, client
    client.stop_channels()
    if manager.is_alive():
        manager.shutdown_kernel(now=True)


def run(client, code):
    reply = client.execute_interactive(code, timeout=120, output_hook=lambda _: None)
    assert reply["content"]["status"] == "ok", reply["content"]


def family(manager):
    """All processes that come from the kernel, once the gang is there: server, supervisor, two."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found = psutil.Process(manager.provisioner.pid).children(recursive=True)
        found = [p for p in found if "helpers.cloud" in " ".join(p.cmdline())]
        if len(found) >= 4:
            return found
        time.sleep(0.1)
    raise AssertionError(f"only {found}")


def ports(processes):
    return {c.laddr.port for p in processes for c in p.net_connections("inet")
            if c.status == "LISTEN"}


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
@pytest.mark.parametrize("how", ["shut down", "killed", "restarted"])
def test_nothing_is_left(kernel, how):
    manager, client = kernel
    run(client, CELL)
    run(client, AGAIN)
    processes = family(manager)
    open_ports = ports(processes)
    assert open_ports
    if how == "shut down":
        manager.shutdown_kernel()
    elif how == "killed":
        manager.signal_kernel(9)
    else:
        manager.restart_kernel(now=True)
        client.wait_for_ready(timeout=60)
    gone, alive = psutil.wait_procs(processes, timeout=20)
    assert not alive and len(gone) == len(processes)
    import socket
    for port in open_ports:                    # free again: somebody else may listen there
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
