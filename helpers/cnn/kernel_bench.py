"""W3.1 Kernel bench: one kernel slides over a real photograph, and every product can be seen.

    y[i, j] = Σ_u Σ_v x[i·s + u − p, j·s + v − p] · k[u, v]        cross-correlation
    y[i, j] = Σ_u Σ_v x[i·s + u − p, j·s + v − p] · k[K−1−u, K−1−v]    convolution: k turned by 180°

x is zero outside of the photograph; p is what "same" puts before the first pixel, 0 for "valid"."""

from __future__ import annotations

import zlib
from functools import lru_cache

import numpy as np

from helpers.cnn.accounting import window
from helpers.cnn.filtering import (
    FIELDS,
    LIGHT,
    PRESETS,
    SIDE,
    correlate,
    kernel_fields,
    patch_of,
    shades,
    shrunk,
)
from helpers.kit.widget import Widget, canvas, limited, words

HIGH, WIDE = 107, 160  # largest picture: at 2.5 screen pixels each a pixel can still be seen
LIMIT = 20.0
PHOTOS = ("china", "flower")
OWN: dict[str, np.ndarray] = {}  # pictures that students brought, by the name in the state


class KernelBench(Widget):
    """Photograph, editable kernel and result; the products behind any pixel.

    Parameters
    ----------
    photo : str or ndarray, optional
        "china", "flower", or a picture of one's own: (H, W) or (H, W, 3), floats of 0 to 1 or
        uint8, as `helpers.kit.data.read_image` returns it. It is made smaller for the screen.
    **changes
        Entries of ``initial``.
    """

    id = "W3.1"
    title = "Kernel bench: one small table of numbers, every pixel"
    task = (
        "Choose a kernel or type your own, point at a pixel to see its products, and find a "
        "kernel whose result changes when you tick “convolution”."
    )
    notice = (
        "The same nine numbers are used at every pixel: that is weight sharing. A kernel that "
        "adds up to 1 keeps flat regions as they are; one that adds up to 0 turns them into 0 and "
        "leaves the edges. Turning the kernel by 180° changes nothing for a symmetric kernel, "
        "changes the sign of Sobel's, and shifts the picture the other way. Deep-learning "
        "libraries do not turn it: what they call convolution is cross-correlation."
    )
    labels = {
        "photo": "picture",
        "photos": {"china": "temple", "flower": "flower", "own": "your picture"},
        "size": "kernel",
        "sizes": {"3": "3×3", "5": "5×5"},
        "padding": "padding",
        "paddings": {"valid": "valid", "same": "same"},
        "stride": "stride",
        "flip": "convolution (turn the kernel by 180°)",
        "presets": {
            **{"identity": "identity", "shift": "shift", "blur": "blur", "gauss": "Gaussian blur"},
            **{"sharpen": "sharpen", "sobel_x": "Sobel ↔", "sobel_y": "Sobel ↕"},
            **{"laplace": "Laplacian", "emboss": "emboss"},
        },
        "input": "photograph x, {size}",
        "output": "result y, {size}",
        "patch": "what the window sees",
        "weights": "kernel k (edit it)",
        "turned": "kernel k; used turned by 180°",
        "products": "products",
        "sum": "their sum",
        "pixel": "y[{row}, {column}]",
        "light": "black: 0 or less, white: {most} or more",
        "signed": "− {most}|0|+ {most}",
        "weight": "weight in row {row}, column {column}",
        "plane": "result; arrow keys move the pixel",
    }
    initial = {
        **{"photo": "china", "own": "", "size": "3", **kernel_fields("sobel_x")},
        **{"flip": False, "padding": "valid", "stride": 1, "row": 50, "column": 26},
    }
    source = "kernel_bench.js"

    def __init__(self, photo="china", **changes):
        if not isinstance(photo, str):
            pixels = shrunk(photo, HIGH, WIDE)
            photo = f"own-{zlib.crc32(pixels.tobytes())}"  # running the cell again adds nothing
            OWN[photo] = pixels
            changes["own"] = photo
        elif photo not in PHOTOS:
            raise ValueError(
                f'photo is "china", "flower" or an array of pixels; got {photo!r}. '
                "Read a picture file with data.read_image first."
            )
        super().__init__(photo=photo, **changes)

    @staticmethod
    def compute(state: dict) -> dict:
        """Filter the picture and take one pixel's sum apart.

        Returns
        -------
        dict
            photo : uint8 (H, W); out : uint8 (H′, W′), 0 … 255 from black to white, or, where
            `signed`, 128 for zero; most : the value of 255; row, column : the chosen output pixel;
            top, left : where its window begins; patch, used, products : (K, K); total : their
            sum; size, presets, state, summary.
        """
        setting = _setting(state)
        x = picture_of(setting["photo"])
        kernel = _kernel(setting)
        used = kernel[::-1, ::-1] if setting["flip"] else kernel
        stride, padding = setting["stride"], setting["padding"]
        y = _filtered(setting["photo"], tuple(map(tuple, used.tolist())), stride, padding)
        signed, most, out = shades(y, kernel)
        row, column = (min(setting[k], n - 1) for k, n in zip(("row", "column"), y.shape,
                                                              strict=True))
        before = [window(n, len(used), stride, padding)[1] for n in x.shape]
        top, left = row * stride - before[0], column * stride - before[1]
        patch = patch_of(x, top, left, len(used))
        answer = {
            "photo": x, "out": out, "signed": signed, "most": most, "row": row, "column": column,
            "top": top, "left": left, "stride": stride, "size": len(used), "patch": patch,
            "used": used, "products": patch * used, "total": float(y[row, column]),
            "presets": {name: {3: kernel_fields(name), 5: kernel_fields(name, 5)}
                        for name in PRESETS},
            "light": LIGHT,
            "pictures": [*PHOTOS, *([setting["own"]] if setting["own"] else [])],
            "state": {**setting, "row": row, "column": column},
        }
        return {**answer, "summary": _summary(answer, setting, x.shape, y.shape)}

    @classmethod
    def picture(cls, result: dict):
        """Draw photograph and result, with the window in both."""
        return _draw(cls, result)


def _setting(state: dict) -> dict:
    """A state with every entry within its bounds."""
    default = KernelBench.initial
    photo = state["photo"] if state["photo"] in (*PHOTOS, *OWN) else "china"
    setting = {k: limited(state[k], -LIMIT, LIMIT, float(default[k])) for k in FIELDS}
    return {
        **setting,
        "photo": photo,
        "own": state["own"] if state["own"] in OWN else "",
        "size": "5" if str(state["size"]) == "5" else "3",
        "flip": bool(state["flip"]),
        "padding": "same" if state["padding"] == "same" else "valid",
        "stride": limited(state["stride"], 1, 4, 1),
        "row": limited(state["row"], 0, HIGH - 1, default["row"]),
        "column": limited(state["column"], 0, WIDE - 1, default["column"]),
    }


def _kernel(setting: dict):
    """The kernel as (size, size) float64."""
    kernel = np.array([setting[k] for k in FIELDS]).reshape(SIDE, SIDE)
    return kernel if setting["size"] == "5" else kernel[1:-1, 1:-1]


@lru_cache(maxsize=4)
def _photo(name: str):
    from helpers.kit import data

    return shrunk(data.photo(name), HIGH, WIDE)


def picture_of(name: str):
    """A picture by its name, uint8 (at most HIGH, at most WIDE)."""
    return OWN[name] if name in OWN else _photo(name)


@lru_cache(maxsize=16)
def _filtered(photo: str, kernel: tuple, stride: int, padding: str):
    return correlate(picture_of(photo) / 255.0, np.array(kernel), stride, padding)


def _summary(a: dict, setting: dict, before: tuple, after: tuple) -> str:
    what = "Convolution" if setting["flip"] else "Cross-correlation"
    text = f"{what}, kernel {a['size']}×{a['size']}, “{setting['padding']}”, stride {a['stride']}: "
    text += f"{before[0]}×{before[1]} pixels become {after[0]}×{after[1]}. "
    pairs = sorted(zip(a["patch"].ravel(), a["used"].ravel(), strict=True),
                   key=lambda pair: -abs(pair[0] * pair[1]))
    place = f"y[{a['row']}, {a['column']}]"
    if a["size"] > 3:
        x, k = pairs[0]
        text += f"{place} is the sum of {len(pairs)} products, the largest {_times(x, k)}"
        return f"{text}: {words(a['total'])}."
    used = [(x, k) for x, k in zip(a["patch"].ravel(), a["used"].ravel(), strict=True) if k]
    terms = " + ".join(_times(x, k) for x, k in used) or "0"
    zeros = f" (weights of 0 left out: {9 - len(used)})" if len(used) < 9 else ""
    return f"{text}{place} = {terms} = {words(a['total'])}{zeros}."


def _times(x: float, k: float) -> str:
    weight = words(float(k))
    pixel = float(f"{x:.1g}") if abs(x) < 0.005 else round(float(x), 2)  # as in the cells
    return f"{words(pixel)}·{f'({weight})' if k < 0 else weight}"


def _draw(cls, result):
    from matplotlib.colors import LinearSegmentedColormap

    # Few colours, as the file keeps only a palette: the frame's must have a place in it.
    light = LinearSegmentedColormap.from_list("light", LIGHT, 24)
    signs = LinearSegmentedColormap.from_list("signs", ["#a2377c", "white", "#0072b2"], 25)
    figure = canvas(8.8, 3.1)
    left, right = figure.subplots(1, 2)
    shown = {"vmin": 0, "vmax": 255, "interpolation": "nearest"}
    left.imshow(result["photo"], cmap=light, **shown)
    right.imshow(result["out"], cmap=signs if result["signed"] else light, **shown)
    size, high, wide = result["size"], *result["photo"].shape
    corner = (result["left"] - 0.5, result["top"] - 0.5)
    for ax, place, side in ((left, corner, size),
                            (right, (result["column"] - 0.5, result["row"] - 0.5), 1)):
        ax.add_patch(_frame(place, side))
        ax.set(xticks=[], yticks=[], xlim=(-0.5, wide - 0.5), ylim=(high - 0.5, -0.5))
        ax.set_frame_on(False)
    kernel = ", ".join("(" + " ".join(words(float(k)) for k in row) + ")" for row in result["used"])
    left.set_title(cls.labels["input"].replace("{size}", f"{high}×{wide}"))
    right.set_title(f"y, weights {kernel}" if size == 3 else "result y", fontsize=9)
    return figure


def _frame(place, side):
    from matplotlib.patches import Rectangle

    return Rectangle(place, side, side, fill=False, ec="#00805a", lw=2)
