"""Photographs: two that come with scikit-learn, and the student's own."""

import io
import os
import warnings
from pathlib import Path

import numpy as np

PHOTOS = ("china", "flower")
# Formats that Pillow decodes itself. Others (EPS, say) it hands to programs of the machine.
_FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM")
_READABLE = "PNG, JPEG, GIF, BMP, TIFF or WebP"
_MOST = 50_000_000      # pixels: a good telephone's; as colours in float32 they take 0.6 GB
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)     # ITU-R BT.601, as Pillow's "L"


def photo(name="china", grey=True):
    """One of the two photographs that come with scikit-learn.

    Parameters
    ----------
    name : "china" or "flower"
        A temple roof in Beijing, a dahlia.
    grey : bool
        One value a pixel, 0.299 R + 0.587 G + 0.114 B, instead of three.

    Returns
    -------
    (427, 640) or (427, 640, 3) float32 in [0, 1]

    Raises
    ------
    ValueError
        For another name.
    """
    from sklearn.datasets import load_sample_image

    if name not in PHOTOS:
        raise ValueError(f"data.photo knows {' and '.join(PHOTOS)}; got {name!r}. A picture of "
                         "your own is read with data.read_image.")
    colours = load_sample_image(f"{name}.jpg") / np.float32(255)
    return np.minimum(colours @ _LUMA, np.float32(1)) if grey else colours


def read_image(source, size=None, grey=True):
    """A picture of your own as an array.

    Parameters
    ----------
    source : str, Path or bytes
        A file, or what is in it: PNG, JPEG, GIF, BMP, TIFF or WebP. Of a moving picture the first
        frame. What is transparent becomes white. Photographs stand upright, however the telephone
        was held.
    size : int or (height, width), optional
        A number: the longer side has at most so many pixels, and the proportions stay. Two
        numbers: exactly this height and width.
    grey : bool
        One value a pixel, 0.299 R + 0.587 G + 0.114 B, instead of three.

    Returns
    -------
    (height, width) or (height, width, 3) float32 in [0, 1]

    Raises
    ------
    ValueError
        With a sentence for people: no such file, no picture, a picture that is cut off, too large.
    """
    size = _checked(size)
    opened, called = _opened(source)
    with opened, warnings.catch_warnings():
        warnings.simplefilter("ignore")     # Pillow's remarks on odd files, and on large ones
        image = _decoded(opened, called)
    if size is not None:
        height, width = size if isinstance(size, tuple) else _fitted(image.height, image.width,
                                                                    size)
        image = image.resize((width, height), _smoothly())
    return np.asarray(image.convert("L") if grey else image, np.float32) / np.float32(255)


def _checked(size):
    """`size` as None, an int, or a tuple (height, width)."""
    numbers = size if isinstance(size, (tuple, list)) and len(size) == 2 else (size,)
    if size is None:
        return None
    if all(isinstance(n, (int, np.integer)) and not isinstance(n, bool) and 1 <= n <= 10_000
           for n in numbers):
        return tuple(map(int, numbers)) if len(numbers) == 2 else int(size)
    raise ValueError("read_image: size should be a number of pixels from 1 to 10,000 (the longer "
                     f"side) or a pair (height, width); got {size!r}")


def _opened(source):
    """An open file for Pillow, and what to call it in a sentence."""
    if isinstance(source, (bytes, bytearray, memoryview)):
        if not len(source):
            raise ValueError("read_image: expected the bytes of a picture; got none at all.")
        return io.BytesIO(source), "what was given"
    if not isinstance(source, (str, os.PathLike)):
        raise ValueError("read_image: expected a path or the bytes of a picture file; got "
                         f"{type(source).__name__}.")
    if str(source).startswith(("http://", "https://")):
        raise ValueError(f"read_image reads files of this machine, and {source} is an address. "
                         "Download the picture first.")
    path = Path(source).expanduser()
    try:
        if path.is_dir():
            raise ValueError(f"{path} is a folder. Give the path of a picture in it.")
        if not path.is_file():              # a pipe or a device would never end
            raise ValueError(f"There is no file {path} in {Path.cwd()}. Check the spelling, or "
                             "drag the picture into the file browser first.")
        if not path.stat().st_size:
            raise ValueError(f"{path} is empty: a download that has not ended, perhaps.")
        return open(path, "rb"), path.name
    except OSError as error:
        raise ValueError(f"{path} cannot be opened ({error.strerror or error}).") from error


def _decoded(opened, called):
    """A Pillow image of mode RGB, upright, white where it was transparent."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        Image.init()
        image = Image.open(opened, formats=[name for name in _FORMATS if name in Image.OPEN])
        if image.width * image.height > _MOST:
            raise _TooLarge(f"{image.width} × {image.height} pixels")
        image.load()
        return _as_colours(ImageOps.exif_transpose(image))
    except (_TooLarge, Image.DecompressionBombError, MemoryError) as error:
        detail = f" ({error})" if isinstance(error, _TooLarge) else ""
        raise ValueError(f"{called} is too large{detail}; at most {_MOST // 10**6} million pixels "
                         "are read. Make it smaller in a picture program first.") from error
    except UnidentifiedImageError as error:
        raise ValueError(f"{called} is no picture that can be read here, whatever its name says: "
                         f"expected {_READABLE}. A .heic or .svg has to be saved as JPEG or PNG "
                         "first.") from error
    except Exception as error:      # a broken file makes a decoder raise nearly anything
        raise ValueError(f"{called} begins like a picture and cannot be read to its end "
                         f"({error or type(error).__name__}). It is damaged or cut off: copy or "
                         "download it again.") from error


class _TooLarge(Exception):
    pass


def _as_colours(image):
    """RGB, 8 bits a colour, from whatever a file may hold."""
    from PIL import Image

    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        # Sixteen bits, or floating-point numbers: Pillow would clip them at 255.
        values = np.nan_to_num(np.asarray(image, np.float64))
        top = 65535 if image.mode != "F" else max(values.max(), 1.0)
        image = Image.fromarray(np.clip(values / top * 255 + 0.5, 0, 255).astype(np.uint8))
    if image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:
        image = image.convert("RGBA")
        paper = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(paper, image)
    return image.convert("RGB")


def _fitted(height, width, longest):
    """Height and width with the same proportions whose longer one is at most `longest`."""
    factor = min(1.0, longest / max(height, width))
    return max(1, round(height * factor)), max(1, round(width * factor))


def _smoothly():
    from PIL import Image

    return Image.Resampling.LANCZOS
