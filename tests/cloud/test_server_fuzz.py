"""Whatever a client sends: a status from 400 to 499 with a reason, and the server lives on."""

import http.client
import json
import socket
import time

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.cloud import exporting, serving
from helpers.cnn import networks

GOOD = np.zeros((1, 28, 28)).tolist()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    exporting.export(networks.softmax(), folder, 1, kind="numpy")
    with serving.serve(folder, read_seconds=0.5) as running:
        yield running
        assert serving.ask(running.url, np.zeros((28, 28))).shape == (10,)
        assert "Traceback" not in running.tail(1000)


def address(server):
    """(host, port)"""
    host, port = server.root.removeprefix("http://").split(":")
    return host, int(port)


def send(server, body, path=":predict", method="POST", headers=None):
    """(status, reason) that the server answers with."""
    connection = http.client.HTTPConnection(*address(server), timeout=20)
    try:
        connection.request(method, "/v1/models/digits" + path, body,
                           {"Content-Type": "application/json", **(headers or {})})
        answer = connection.getresponse()
        text = answer.read()
    finally:
        connection.close()
    return answer.status, json.loads(text).get("error", "") if text[:1] == b"{" else ""


def image(value):
    """An image with one odd value."""
    rows = np.zeros((28, 28)).tolist()
    rows[3][4] = value
    return {"instances": [rows]}


CASES = {
    "nothing": (b"", 400, "not JSON"),
    "a half": (b'{"instances": [', 400, "not JSON"),
    "not UTF-8": (b"\xff\xfe{", 400, "not UTF-8"),
    "a list": (b"[]", 400, "expected a JSON object"),
    "a number": (b"3", 400, "expected a JSON object"),
    "no instances": (b"{}", 400, "expected a JSON object"),
    "both": (b'{"instances": [], "inputs": []}', 400, "expected a JSON object"),
    "no images": (b'{"instances": []}', 400, "empty list"),
    "an object": (b'{"instances": {"a": 1}}', 400, "got dict"),
    "null": (b'{"instances": null}', 400, "got NoneType"),
    "words": (b'{"instances": ["seven"]}', 400, "nested lists of numbers"),
    "another shape": (b'{"instances": [[1, 2], [3, 4]]}', 400, r"of another shape, \[2"),
    "ragged": (b'{"instances": [[[1, 2], [3]]]}', 400, "something else"),
    "NaN": (json.dumps(image(float("nan"))).encode(), 400, "NaN is no JSON"),
    "Infinity": (json.dumps(image(float("inf"))).encode(), 400, "Infinity is no JSON"),
    "too large for a float": (json.dumps(image(1)).replace("1", "1e999").encode(), 400,
                              "from 0 to 255"),
    "a huge integer": (json.dumps(image(10**400)).encode(), 400, "nested lists of numbers|digits"),
    "negative": (json.dumps(image(-1)).encode(), 400, "from -1"),
    "too bright": (json.dumps(image(256)).encode(), 400, "to 256"),
    "true": (json.dumps(image(True)).replace("0.0", "false").encode(), 400, "nested lists"),
    "null in an image": (json.dumps(image(None)).encode(), 400, "nested lists"),
    "text in an image": (json.dumps(image("1")).encode(), 400, "nested lists"),
    "too many": (json.dumps({"instances": GOOD * 257}).encode(), 413, "at most 256"),
    "too long": (b" " * (5 * 2**20), 413, "longer than"),
    "too deep": (b'{"instances":' + b"[" * 100_000 + b"]" * 100_000 + b"}", 400, "nested too deep"),
    "deep": (b'{"instances":' + b"[" * 500 + b"]" * 500 + b"}", 400, "nested lists"),
    "another signature": (json.dumps({"signature_name": "x", "instances": GOOD}).encode(), 400,
                          "no signature"),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_wrong_is_said(server, case):
    body, status, words = CASES[case]
    found, reason = send(server, body)
    assert found == status
    import re
    assert re.search(words, reason), reason


@pytest.mark.parametrize(("method", "path", "status"), [
    ("GET", ":predict", 405), ("DELETE", "", 405), ("POST", "/versions/x:predict", 404),
    ("POST", "/versions/99999999999999999999:predict", 404), ("GET", "/nothing", 404),
    ("POST", "/../../etc/passwd", 404), ("GET", "/versions/²:predict", 404),
])
def test_addresses_that_are_none(server, method, path, status):
    import urllib.parse
    found, reason = send(server, json.dumps({"instances": GOOD}), urllib.parse.quote(path, ":/"),
                         method)
    assert found in (status, 405) and reason


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner,
                                                                max_size=3), max_leaves=12)
NO_RUSH = settings(max_examples=150, deadline=None,
                   suppress_health_check=[HealthCheck.function_scoped_fixture])


@NO_RUSH
@given(st.one_of(JSON, st.builds(lambda v: {"instances": v}, JSON),
                 st.builds(lambda v: {"instances": [v]}, JSON), st.builds(image, JSON)))
def test_any_json(server, value):
    status, reason = send(server, json.dumps(value).encode())
    assert status == 200 or (400 <= status < 500 and reason)


@NO_RUSH
@given(st.binary(max_size=200))
def test_any_bytes(server, body):
    status, reason = send(server, body)
    assert 400 <= status < 500 and reason


def raw(server, *pieces, pause=0.0):
    """What comes back when these bytes are sent over a bare connection."""
    with socket.create_connection(address(server), timeout=20) as connection:
        came = b""
        try:
            for piece in pieces:
                connection.sendall(piece)
                time.sleep(pause)
            connection.shutdown(socket.SHUT_WR)
            while more := connection.recv(4096):
                came += more
        except OSError:              # it has hung up on us: that is an answer, too
            pass
    return came.split(b"\r\n", 1)[0]


HEAD = b"POST /v1/models/digits:predict HTTP/1.1\r\nHost: x\r\n"


@pytest.mark.parametrize("pieces", [
    [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"],                # TLS to a plain port
    [b"HELLO\r\n\r\n"], [b"GET\r\n\r\n"], [b"GET / HTTP/9.9\r\n\r\n"],
    [HEAD + b"Content-Length: -5\r\n\r\n"], [HEAD + b"Content-Length: many\r\n\r\n"],
    [HEAD + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n"],
    [HEAD + b"X: " + b"y" * 200_000 + b"\r\n\r\n"],
])
def test_what_is_not_http(server, pieces):
    line = raw(server, *pieces)
    assert line == b"" or b" 4" in line


def test_a_client_that_is_too_slow_is_told(server):
    line = raw(server, HEAD + b"Content-Length: 1000\r\n\r\n", b"{", pause=0.9)
    assert b"408" in line


def test_headers_that_never_end_are_given_up(server):
    line = raw(server, HEAD, b"X: y\r\n", pause=0.4)
    assert b"408" in line
    assert b"408" in raw(server, b"", pause=0.9)            # who connects, and says nothing


def test_between_requests_a_client_may_pause(server):
    with socket.create_connection(address(server), timeout=20) as connection:
        def status():
            came = b""
            while not came.endswith(b"}"):
                came += connection.recv(4096)
            return came.split()[1]

        for _ in range(2):
            connection.sendall(HEAD + b"Content-Length: 2\r\n\r\n{}")
            assert status() == b"400"
            time.sleep(0.9)
        connection.sendall(HEAD)            # but what is begun must come
        assert status() == b"408" and connection.recv(1) == b""


def test_clients_that_go_away_in_the_middle_do_no_harm(server):
    for _ in range(20):
        with socket.create_connection(address(server)) as connection:
            connection.sendall(HEAD + b"Content-Length: 1000\r\n\r\n{\"inst")
    body = json.dumps({"instances": GOOD}).encode()
    for _ in range(20):
        with socket.create_connection(address(server)) as connection:
            connection.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body)
    assert send(server, body)[0] == 200
