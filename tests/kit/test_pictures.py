"""Photographs, and what students may hand over as a picture of their own."""

import io
import os
import struct
import sys
import zlib

import numpy as np
import pytest
from PIL import Image

from helpers.kit import data, pictures


def encoded(image, kind="PNG", **options):
    """The bytes of a picture file."""
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def colourful(height=30, width=40, seed=0):
    """Smooth colours, so that JPEG keeps them."""
    y, x = np.mgrid[:height, :width] / max(height, width)
    shades = np.stack([x, y, 1 - (x + y) / 2], axis=-1)
    return Image.fromarray((255 * shades).astype(np.uint8))


def refused(source, *words, **options):
    """The sentence with which a source is refused; it must have these words in it."""
    with pytest.raises(ValueError) as caught:
        data.read_image(source, **options)
    for word in words:
        assert word in str(caught.value), str(caught.value)
    return str(caught.value)


# --- The photographs of scikit-learn ------------------------------------------------------------


@pytest.mark.parametrize("name", ["china", "flower"])
def test_photographs_are_numbers_from_0_to_1(name):
    grey, colours = data.photo(name), data.photo(name, grey=False)
    assert grey.shape == (427, 640) and colours.shape == (427, 640, 3)
    for array in (grey, colours):
        assert array.dtype == np.float32 and array.min() >= 0 and array.max() <= 1
        assert array.std() > 0.1
    weights = 0.299 * colours[..., 0] + 0.587 * colours[..., 1] + 0.114 * colours[..., 2]
    np.testing.assert_allclose(grey, weights, atol=3e-7)    # a few float32 roundings below 1


def test_an_unknown_photograph_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="china and flower; got 'cat'.*data.read_image"):
        data.photo("cat")


# --- A picture of one's own ---------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF", "PPM", "WEBP", "JPEG", "GIF"])
def test_each_format_gives_the_picture_that_went_in(kind, tmp_path):
    image = colourful()
    lossless = {"WEBP": {"lossless": True}, "JPEG": {"quality": 95}}.get(kind, {})
    body = encoded(image, kind, **lossless)
    expected = np.asarray(image, np.float32) / 255
    # JPEG and GIF's 256 colours lose a little; the others nothing.
    atol = {"JPEG": 0.04, "GIF": 0.15}.get(kind, 1e-7)
    got = data.read_image(body, grey=False)
    assert got.shape == (30, 40, 3) and got.dtype == np.float32
    np.testing.assert_allclose(got, expected, atol=atol)
    file = tmp_path / "my picture.dat"                      # what is in it counts, not its name
    file.write_bytes(body)
    for source in (file, str(file), bytearray(body), memoryview(body)):
        assert np.array_equal(data.read_image(source, grey=False), got)
    grey = data.read_image(body)
    assert grey.shape == (30, 40)
    np.testing.assert_allclose(grey, got @ [0.299, 0.587, 0.114], atol=1 / 255)    # 8 bits


def test_a_moving_picture_gives_its_first_frame():
    frames = [Image.new("L", (12, 10), shade) for shade in (51, 204)]
    body = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert np.allclose(data.read_image(body), 51 / 255)


def test_what_is_transparent_becomes_white():
    rgba = Image.new("RGBA", (4, 4), (0, 0, 0, 0))
    rgba.putpixel((1, 0), (255, 0, 0, 255))
    rgba.putpixel((2, 0), (0, 0, 0, 128))
    got = data.read_image(encoded(rgba), grey=False)
    assert np.allclose(got[3], 1) and np.allclose(got[0, 1], [1, 0, 0])
    assert np.allclose(got[0, 2], 127 / 255, atol=1 / 255)
    grey = Image.merge("LA", [Image.new("L", (4, 4), 0)] * 2)
    assert np.allclose(data.read_image(encoded(grey)), 1)
    palette = Image.new("P", (4, 4), 0)
    palette.putpalette([0, 0, 0, 255, 255, 255])
    assert np.allclose(data.read_image(encoded(palette, transparency=0)), 1)
    assert np.allclose(data.read_image(encoded(palette)), 0)


def test_other_kinds_of_pixels():
    cmyk = Image.new("CMYK", (4, 4), (0, 255, 255, 0))      # no cyan, all magenta and yellow: red
    red = data.read_image(encoded(cmyk, "TIFF"), grey=False)
    assert np.allclose(red, [1, 0, 0], atol=0.02)
    assert np.allclose(data.read_image(encoded(cmyk, "JPEG"), grey=False), red, atol=0.05)
    bits = Image.new("1", (4, 4), 1)
    assert np.allclose(data.read_image(encoded(bits)), 1)
    ramp = np.linspace(0, 65535, 20).astype(np.uint16).reshape(4, 5)
    for kind in ("PNG", "TIFF"):
        got = data.read_image(encoded(Image.fromarray(ramp), kind))
        np.testing.assert_allclose(got, ramp / 65535, atol=0.5001 / 255)
    for top in (1.0, 40.0):         # light as physicists store it
        real = Image.fromarray(np.linspace(0, top, 20).astype(np.float32).reshape(4, 5))
        got = data.read_image(encoded(real, "TIFF"))
        np.testing.assert_allclose(got.ravel(), np.linspace(0, 1, 20), atol=0.5001 / 255)


def test_a_photograph_stands_upright_however_the_telephone_was_held():
    image = colourful()
    exif = Image.Exif()
    exif[0x0112] = 6                # "turn me clockwise"
    got = data.read_image(encoded(image, "JPEG", exif=exif, quality=95), grey=False)
    expected = np.asarray(image.rotate(-90, expand=True), np.float32) / 255
    assert got.shape == (40, 30, 3)
    np.testing.assert_allclose(got, expected, atol=0.04)


# --- Size ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("size, shape", [(20, (15, 20)), (40, (30, 40)), (400, (30, 40)),
                                         ((28, 28), (28, 28)), ([60, 8], (60, 8)), (1, (1, 1)),
                                         (np.int64(20), (15, 20))])
def test_the_size_is_the_longer_side_or_height_and_width(size, shape):
    assert data.read_image(encoded(colourful()), size=size).shape == shape


def test_making_it_smaller_averages():
    """Every second pixel would be all black or all white."""
    board = np.indices((40, 40)).sum(0) % 2 * 255
    got = data.read_image(encoded(Image.fromarray(board.astype(np.uint8))), size=20)
    assert np.abs(got[2:-2, 2:-2] - 0.5).max() < 0.02


@pytest.mark.parametrize("size", [0, -3, 2.5, "20", True, (28,), (28, 28, 1), (0, 5), 10**6])
def test_a_size_that_is_none_is_refused(size):
    refused(encoded(colourful()), "size should be a number of pixels from 1 to 10,000", size=size)


# --- What is no picture -------------------------------------------------------------------------


def test_no_file_a_folder_and_an_empty_file(tmp_path):
    refused(tmp_path / "cat.png", "There is no file", "cat.png", "Check the spelling")
    refused(tmp_path, "is a folder")
    (tmp_path / "empty.png").write_bytes(b"")
    refused(tmp_path / "empty.png", "is empty")
    refused(b"", "none at all")
    refused("x" * 5000, "")                 # longer than any file name can be
    refused("a\0b", "There is no file")


def test_an_address_and_what_is_neither_path_nor_bytes():
    refused("https://example.org/cat.png", "is an address", "Download the picture first")
    refused(None, "expected a path or the bytes", "NoneType")
    refused(np.zeros((4, 4)), "got ndarray")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes there")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    refused(tmp_path / "pipe.png", "There is no file")


@pytest.mark.skipif(sys.platform == "win32" or not hasattr(os, "geteuid") or os.geteuid() == 0,
                    reason="the administrator may read everything")
def test_a_file_that_may_not_be_read(tmp_path):
    path = tmp_path / "secret.png"
    path.write_bytes(encoded(colourful()))
    path.chmod(0)
    refused(path, "cannot be opened")


def test_a_text_with_the_name_of_a_picture(tmp_path):
    path = tmp_path / "cat.png"
    path.write_text("I am a cat.", encoding="utf-8")
    refused(path, "cat.png is no picture", "PNG, JPEG", ".heic")
    # PostScript would be drawn by another program of the machine.
    refused(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EOF", "is no picture")
    refused(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "is no picture")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_picture_that_is_cut_off_gives_a_sentence(kind, share, tmp_path):
    body = encoded(Image.fromarray(np.random.default_rng(0).integers(
        0, 256, (60, 50, 3), dtype=np.uint8)), kind)
    path = tmp_path / "cut.img"
    path.write_bytes(body[:int(share * len(body))])
    said = refused(path, "cut.img")
    assert "cut off" in said or "is no picture" in said


def test_a_broken_picture_gives_a_picture_or_a_sentence_and_nothing_else():
    """Sixty files with bytes changed at random."""
    rng = np.random.default_rng(1)
    sentences = 0
    for kind in ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP"):
        for _ in range(10):
            body = bytearray(encoded(colourful(), kind))
            for at in rng.integers(0, len(body), 12):
                body[at] = rng.integers(256)
            try:
                assert data.read_image(body, size=20).ndim == 2
            except ValueError as error:
                sentences += 1
                assert str(error).startswith("what was given")
    assert sentences > 5        # otherwise this test tests nothing


def bomb(width, height):
    """A PNG of a few hundred bytes that claims to be that large."""
    def chunk(kind, body):
        return (struct.pack(">I", len(body)) + kind + body
                + struct.pack(">I", zlib.crc32(kind + body)))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
            + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b""))


@pytest.mark.parametrize("width, height", [(10_000, 5_001), (12_000, 12_000), (60_000, 60_000)])
def test_a_huge_picture_is_refused_before_it_is_unpacked(width, height, monkeypatch, recwarn):
    def unpack(self):
        raise AssertionError("unpacked")
    monkeypatch.setattr(Image.Image, "load", unpack)
    refused(bomb(width, height), "is too large", "at most 50 million pixels", size=28)
    assert not recwarn.list


def test_memory_that_does_not_suffice_is_no_crash(monkeypatch):
    def full(image):
        raise MemoryError
    monkeypatch.setattr(pictures, "_as_colours", full)
    refused(encoded(colourful()), "is too large")


def test_pillow_is_not_imported_before_a_picture_is_read():
    import subprocess
    code = "import sys; from helpers.kit import data; print('PIL' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], text=True, capture_output=True,
                          timeout=60, cwd=os.fspath(pictures.Path(__file__).resolve().parents[2]))
    assert done.stdout.strip() == "False", done.stderr
