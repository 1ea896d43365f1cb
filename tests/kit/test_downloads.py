"""Fetching data sets: the right files only, whole ones only, and no endless wait."""

import hashlib
import importlib.util
import os
import socket
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from helpers.kit import data

FILES = [(name, remote.name) for name, remotes in data._REMOTE.items() for remote in remotes]


@pytest.fixture
def shop(tmp_path, monkeypatch):
    """A folder that stands for the server, with a file of each name; Keras's cache is empty.

    The bodies are made up, and the table of what to expect is changed accordingly.
    """
    folder = tmp_path / "shop"
    folder.mkdir()
    monkeypatch.setattr(data, "_ORIGIN", folder.as_uri() + "/")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    table = {}
    for name, remotes in data._REMOTE.items():
        for remote in remotes:
            (folder / remote.name).write_bytes(body(remote.name))
        table[name] = tuple(remote._replace(sha256=hashlib.sha256(body(remote.name)).hexdigest())
                            for remote in remotes)
    monkeypatch.setattr(data, "_REMOTE", table)
    return folder


def body(file):
    return f"stands for {file}".encode() * 50


def kept(tmp_path):
    """What lies in Keras's cache."""
    return [path for path in (tmp_path / "keras").rglob("*") if path.is_file()]


# --- what is fetched ------------------------------------------------------------------------------


def test_the_checksums_are_those_of_the_published_files():
    """Written out once more: a slip in the table would mean digits for everybody, for ever.

    Keras has MNIST's. Fashion-MNIST's are those that other projects give for Zalando's files.
    """
    expected = {
        "mnist.npz": "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
        "train-images-idx3-ubyte.gz":
            "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
        "train-labels-idx1-ubyte.gz":
            "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
        "t10k-images-idx3-ubyte.gz":
            "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        "t10k-labels-idx1-ubyte.gz":
            "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
    }
    table = {remote.name: remote.sha256 for remotes in data._REMOTE.values() for remote in remotes}
    assert table == expected


def test_fashion_mnist_is_kept_under_the_names_that_keras_looks_for():
    keras = Path(importlib.util.find_spec("keras").origin).parent
    source = (keras / "src/datasets/fashion_mnist.py").read_text(encoding="utf-8")
    folder, = {remote.folder for remote in data._REMOTE["fashion_mnist"]}
    quoted = ", ".join(f'"{part}"' for part in folder.split("/"))
    assert f"os.path.join({quoted})" in source and f'"{data._ORIGIN}"' in source
    assert all(f'"{remote.name}"' in source for remote in data._REMOTE["fashion_mnist"])


@pytest.mark.parametrize("name, file", FILES)
def test_each_file_that_is_not_the_expected_one_is_refused(shop, tmp_path, capsys, name, file):
    (shop / file).write_bytes(b"a page of your hotel's wireless network")
    assert data.load(name).name == "digits"
    assert "checksum" in capsys.readouterr().out
    # Those that came before it are right and stay for the next try; of this one nothing is kept.
    names = [remote.name for remote in data._REMOTE[name]]
    assert sorted(path.name for path in kept(tmp_path)) == sorted(names[:names.index(file)])


@pytest.mark.parametrize("name, file", FILES)
def test_each_file_that_is_wrong_in_the_cache_is_set_aside(shop, tmp_path, capsys, name, file):
    (shop / file).unlink()   # so that it stays visible that the wrong one is not used
    remote, = (remote for remote in data._REMOTE[name] if remote.name == file)
    wrong = tmp_path / "keras" / remote.folder / file
    wrong.parent.mkdir(parents=True)
    wrong.write_bytes(b"wrong")
    assert data.load(name).name == "digits"
    assert not wrong.exists() and wrong.with_name(f"{file}.damaged-1").read_bytes() == b"wrong"
    assert f"set aside as {file}.damaged-1" in capsys.readouterr().out


@pytest.mark.parametrize("environment", [{}, {"KERAS_HOME": ""}])
def test_without_keras_home_the_cache_is_in_the_home_directory(monkeypatch, tmp_path, environment):
    monkeypatch.setattr(data.Path, "home", lambda: tmp_path)
    monkeypatch.setattr(data.os, "environ", environment)
    assert data.cache_folder() == tmp_path / ".keras"


# --- a download that does not end well ------------------------------------------------------------


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()],
                         ids=["full disk", "Ctrl-C"])
def test_a_download_that_stops_half_way_leaves_nothing(shop, tmp_path, capsys, monkeypatch, error):
    def half(source, target):
        target.write(source.read(100))
        raise error

    monkeypatch.setattr(data.shutil, "copyfileobj", half)
    if isinstance(error, OSError):
        assert data.load("mnist").name == "digits"
        said = capsys.readouterr().out
        assert "mnist could not be fetched (" in said and "No space left" in said
    else:
        with pytest.raises(KeyboardInterrupt):
            data.load("mnist")
    assert kept(tmp_path) == []


@pytest.mark.parametrize("sent", [b"", b"HTTP/1.0 200 OK\r\nContent-Length: 900\r\n\r\nhalf"],
                         ids=["before its answer", "in the middle of the file"])
def test_a_server_that_falls_silent_is_given_up(shop, tmp_path, capsys, monkeypatch, sent):
    assert 0 < data._SILENCE <= 60   # nobody looks longer than a minute at a line that stands still
    monkeypatch.setattr(data, "_SILENCE", 0.2)
    hung_up = []

    def serve(listener):
        """Send what is to be sent, and wait: who notices first that nothing happens?"""
        connection, _ = listener.accept()
        connection.settimeout(20)   # a hundred times as patient, so that a broken test ends
        with connection:
            request = b""
            while b"\r\n\r\n" not in request:
                request += connection.recv(4096)
            connection.sendall(sent)
            try:
                hung_up.append(connection.recv(1) == b"")
            except ConnectionError:
                hung_up.append(True)
            except TimeoutError:
                hung_up.append(False)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(20)
        monkeypatch.setattr(data, "_ORIGIN", f"http://127.0.0.1:{listener.getsockname()[1]}/")
        server = threading.Thread(target=serve, args=(listener,), daemon=True)
        server.start()
        assert data.load("mnist").name == "digits"
        server.join()
    assert hung_up == [True] and kept(tmp_path) == []
    assert "mnist could not be fetched (timed out)" in capsys.readouterr().out


# --- what is generated ----------------------------------------------------------------------------


def test_without_noise_the_spiral_lies_on_its_arms():
    x, y = data.spiral(90, seed=2, classes=3, noise=0)
    radius = np.linalg.norm(x, axis=1)
    angle = 4 * radius + 2 * np.pi * y / 3
    arm = radius[:, None] * np.stack([np.sin(angle), np.cos(angle)], axis=1)
    np.testing.assert_allclose(x, arm, atol=1e-12)   # some roundings of numbers below 1


def around_the_spiral(noise):
    """Errors of the angle, in radians."""
    x, y = data.spiral(4000, seed=2, classes=2, noise=noise)
    angle = np.arctan2(x[:, 0], x[:, 1]) - 4 * np.linalg.norm(x, axis=1) - np.pi * y
    return (angle + np.pi) % (2 * np.pi) - np.pi


def around_the_moons(noise):
    """Errors of both coordinates: what the same seed gives with and without noise."""
    return data.moons(2000, noise, seed=2).x - data.moons(2000, 0, seed=2).x


@pytest.mark.parametrize("errors", [around_the_spiral, around_the_moons])
@pytest.mark.parametrize("noise", [0.02, 0.3])
def test_noise_is_the_standard_deviation_of_the_error(errors, noise):
    found = errors(noise)
    # The standard deviation of 4 000 normal numbers is itself uncertain by 1 in √8000, or 1.1 %;
    # five times that.
    assert found.size == 4000 and found.std() == pytest.approx(noise, rel=0.056)


def test_what_a_killed_download_left_is_removed_a_day_later_and_not_before(shop, tmp_path):
    folder = tmp_path / "keras" / "datasets"
    folder.mkdir(parents=True)
    old, young, other = (folder / name for name in
                         ("mnist.npz.1.part", "mnist.npz.2.part", "other.npz.3.part"))
    for part, age in ((old, 25 * 3600), (young, 60), (other, 25 * 3600)):
        part.write_bytes(b"half")
        os.utime(part, (time.time() - age,) * 2)
    data._cached(data._REMOTE["mnist"][0])
    names = {path.name for path in folder.iterdir()}
    assert names == {"mnist.npz", young.name, other.name}
