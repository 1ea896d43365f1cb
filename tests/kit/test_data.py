"""Data sets: the fixed split, the cache, damage, and no network at all."""

import gzip
import hashlib
import http.server
import threading

import numpy as np
import pytest

from helpers.kit import data


def test_digits_have_the_split_that_the_course_quotes():
    split = data.load("digits")
    assert split.x_train.shape == (1437, 8, 8) and split.x_test.shape == (360, 8, 8)
    assert split.x_train.dtype == np.float32 and split.y_train.dtype == np.int64
    assert split.x_train.min() == 0 and split.x_train.max() == 1
    assert split.name == "digits" and split.real
    # Stratified: each class has its share of the test part, to the nearest image.
    share = np.bincount(np.concatenate([split.y_train, split.y_test])) * 360 / 1797
    assert np.abs(np.bincount(split.y_test) - share).max() < 1


def test_digits_are_split_the_same_way_each_time_and_nothing_is_in_both_parts():
    one, two = data.load(), data.load()
    assert np.array_equal(one.x_test, two.x_test) and np.array_equal(one.y_train, two.y_train)
    # The test labels of seed 0, so that no change of library moves the split unnoticed.
    assert one.y_test[:10].tolist() == [7, 6, 3, 7, 7, 3, 2, 8, 9, 3]
    train = {row.tobytes() for row in one.x_train}
    assert not any(row.tobytes() in train for row in one.x_test)


def test_flat_keeps_the_pixels_in_order():
    split = data.load()
    flat = split.flat()
    assert flat.x_train.shape == (1437, 64) and flat.x_test.shape == (360, 64)
    assert np.array_equal(flat.x_train[5].reshape(8, 8), split.x_train[5])
    assert flat.y_test is split.y_test


@pytest.mark.parametrize("name", ["MNIST", "cifar10", "", None])
def test_unknown_names_are_refused_with_the_known_ones(name):
    with pytest.raises(ValueError, match="digits, roaming, mnist, fashion_mnist"):
        data.load(name)


def test_moons_and_spiral_are_generated_and_say_so():
    for points, classes in ((data.moons(200, 0.1, seed=1), 2), (data.spiral(300, seed=1), 3)):
        x, y = points
        assert x.shape == (len(y), 2) and y.dtype == np.int64
        assert np.ptp(np.bincount(y)) <= 1 and len(np.bincount(y)) == classes
        assert not points.real and points.source == "generated"
    assert np.array_equal(data.moons(50, seed=3).x, data.moons(50, seed=3).x)
    assert not np.array_equal(data.spiral(50, seed=3).x, data.spiral(50, seed=4).x)


def test_moons_without_noise_lie_on_two_half_circles():
    x, y = data.moons(100, noise=0)
    assert np.allclose(np.linalg.norm(x[y == 0], axis=1), 1)
    assert np.allclose(np.linalg.norm(x[y == 1] - [1, 0.5], axis=1), 1)
    assert (x[y == 0, 1] >= 0).all() and (x[y == 1, 1] <= 0.5).all()


@pytest.mark.parametrize("call", [lambda: data.moons(1), lambda: data.moons(10, noise=-1),
                                  lambda: data.spiral(2), lambda: data.spiral(9, classes=0)])
def test_impossible_points_are_refused(call):
    with pytest.raises(ValueError, match="should be at least"):
        call()


# --- Downloads, from a server on this machine -------------------------------------------------


class Shop:
    """A server with files, what it was asked for, and the table of what it should send."""

    def __init__(self, monkeypatch, home):
        self.files, self.asked = {}, []
        shop = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                shop.asked.append(self.path.lstrip("/"))
                body = shop.files.get(shop.asked[-1])
                self.send_response(200 if body is not None else 404)
                self.send_header("Content-Length", str(len(body or b"")))
                self.end_headers()
                self.wfile.write(body or b"")

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        monkeypatch.setattr(data, "_ORIGIN", f"http://127.0.0.1:{self.server.server_port}/")
        monkeypatch.setenv("KERAS_HOME", str(home))
        monkeypatch.setattr(data, "_REMOTE", dict(data._REMOTE))

    def sell(self, name, bodies):
        """Offer these files, and expect exactly them."""
        old = data._REMOTE[name]
        data._REMOTE[name] = tuple(
            remote._replace(sha256=hashlib.sha256(body).hexdigest())
            for remote, body in zip(old, bodies, strict=True))
        for remote, body in zip(old, bodies, strict=True):
            self.files[remote.name] = body


@pytest.fixture
def shop(monkeypatch, tmp_path):
    shop = Shop(monkeypatch, tmp_path / "keras")
    yield shop
    shop.server.shutdown()
    shop.server.server_close()


IMAGES = np.arange(3 * 28 * 28, dtype=np.uint8).reshape(3, 28, 28)
LABELS = np.array([9, 0, 4], np.uint8)


def mnist_file(tmp_path):
    path = tmp_path / "made.npz"
    np.savez(path, x_train=IMAGES, y_train=LABELS, x_test=IMAGES[:2], y_test=LABELS[:2])
    return path.read_bytes()


def idx(array):
    header = bytes([0, 0, 8, array.ndim]) + b"".join(n.to_bytes(4, "big") for n in array.shape)
    return gzip.compress(header + array.tobytes())


def test_mnist_is_fetched_checked_and_kept_where_keras_looks(shop, tmp_path):
    shop.sell("mnist", [mnist_file(tmp_path)])
    split = data.load("mnist")
    assert split.name == "mnist" and split.real
    assert split.x_train.dtype == np.float32 and split.x_train.shape == (3, 28, 28)
    assert np.allclose(split.x_train, IMAGES / 255, atol=1e-7)      # one float32 rounding
    assert split.y_train.tolist() == [9, 0, 4] and split.y_train.dtype == np.int64
    assert (tmp_path / "keras/datasets/mnist.npz").read_bytes() == shop.files["mnist.npz"]
    data.load("mnist")
    assert shop.asked == ["mnist.npz"]      # the second time needs no network


def test_fashion_mnist_reads_the_four_files(shop):
    shop.sell("fashion_mnist", [idx(IMAGES), idx(LABELS), idx(IMAGES[1:]), idx(LABELS[1:])])
    split = data.load("fashion_mnist")
    assert split.name == "fashion_mnist"
    assert split.y_train.tolist() == [9, 0, 4] and split.y_test.tolist() == [0, 4]
    assert np.allclose(split.x_test * 255, IMAGES[1:], atol=1e-4)   # 255 float32 roundings


def test_a_damaged_file_is_set_aside_and_fetched_again(shop, tmp_path, capsys):
    body = mnist_file(tmp_path)
    shop.sell("mnist", [body])
    kept = tmp_path / "keras/datasets/mnist.npz"
    kept.parent.mkdir(parents=True)
    for number in (1, 2):
        kept.write_bytes(body[:100])
        assert data.load("mnist").name == "mnist"
        assert kept.read_bytes() == body
        assert (kept.parent / f"mnist.npz.damaged-{number}").read_bytes() == body[:100]
        assert f"set aside as mnist.npz.damaged-{number}" in capsys.readouterr().out


def test_a_download_with_the_wrong_checksum_is_not_used_and_leaves_nothing(shop, tmp_path, capsys):
    shop.sell("mnist", [mnist_file(tmp_path)])
    shop.files["mnist.npz"] = b"a page of your hotel's wireless network"
    assert data.load("mnist").name == "digits"
    said = capsys.readouterr().out
    assert "mnist could not be fetched" in said and "checksum" in said and "digits" in said
    assert list((tmp_path / "keras/datasets").iterdir()) == []


def test_a_file_with_a_pickle_in_it_is_never_opened_as_one(shop, tmp_path):
    """Even with the right checksum: NumPy refuses objects instead of running them."""
    trap = np.empty(1, object)
    path = tmp_path / "trap.npz"
    np.savez(path, x_train=trap, y_train=LABELS, x_test=IMAGES, y_test=LABELS)
    shop.sell("mnist", [path.read_bytes()])
    with pytest.raises(ValueError, match="allow_pickle=False"):
        data.load("mnist")


def test_missing_on_the_server_and_offline_both_end_with_a_sentence_and_digits(
        shop, monkeypatch, capsys):
    assert data.load("fashion_mnist").name == "digits"
    assert "the server answered 404" in capsys.readouterr().out
    monkeypatch.setattr(data, "_ORIGIN", "http://127.0.0.1:9/")     # nothing listens there
    split = data.load("mnist")
    assert split.name == "digits" and split.x_train.shape == (1437, 8, 8)
    assert "goes on with the digits" in capsys.readouterr().out


def test_offline_roaming_digits_come_where_28_pixels_are_needed(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr(data, "_ORIGIN", "http://127.0.0.1:9/")     # nothing listens there
    split = data.load("mnist", instead="roaming")
    assert split.name == "roaming" and split.x_train.shape == (1437, 28, 28)
    assert "goes on with the roaming digits" in capsys.readouterr().out
    with pytest.raises(ValueError, match="instead is one of digits, roaming.*got 'cifar'"):
        data.load("mnist", instead="cifar")


def test_a_cut_connection_ends_with_digits(shop, tmp_path, monkeypatch):
    shop.sell("mnist", [mnist_file(tmp_path)])

    def cut(*args, **kwargs):
        raise data.http.client.IncompleteRead(b"half")
    monkeypatch.setattr(data.shutil, "copyfileobj", cut)
    assert data.load("mnist").name == "digits"


def test_the_checksum_of_mnist_is_the_one_that_keras_uses():
    import importlib.util
    from pathlib import Path
    keras = Path(importlib.util.find_spec("keras").origin).parent
    source = (keras / "src/datasets/mnist.py").read_text(encoding="utf-8")
    (remote,) = data._REMOTE["mnist"]
    assert remote.sha256 in source and remote.name in source and data._ORIGIN in source
