"""Masks: how right subjects and skies are that the product finds, and how long finding, pointing and painting take.

Subjects: composites with exact alpha (`tests/composites.py`), found by ISNet small. `IoU`: intersection over union at a
half. `boundary F`: of outlines, within 0.8 % of the diagonal (F. Perazzi et al., "A benchmark dataset and evaluation
methodology for video object segmentation", CVPR 2016). `alpha error`: mean within 13 pixels of all that is mixed. Each
for the network's own answer, cut at a half, and for the finished mask. Skies: street photographs with labels.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from common import PHOTOS, ROOT, SHARED, announce, parser, raw_file, save, stop, table
from numpy.typing import NDArray
from PIL import Image

import stillbytes as sb
from stillbytes.core import preferences
from stillbytes.core.errors import NotFound
from stillbytes.gpu.access import Access, own_access
from stillbytes.gpu.models import registry
from stillbytes.gpu.models.store import open_store
from stillbytes.masks.detect import pointing, sam, sky, subject
from stillbytes.masks.detect.detector import Picture
from stillbytes.masks.detect.find import find
from stillbytes.masks.refine.matting import refined

sys.path.insert(0, str(ROOT / "tests"))
sys.path.insert(0, str(ROOT / "tests/masks/detect"))
from composites import SCENES, composite
from export import FLOAT, export

MODEL = "isnet-small"
STREETS = SHARED / "reference/sky"
LIMIT = (
    "alpha error a third below the network's cut at a half; skies 0.90 mean, 0.65 worst, 0.78 without a network; "
    "subject 1.3 x the bare network; click 60 ms; stroke 50 ms at 45 MP"
)
Bits = NDArray[np.bool_]


def overlap(one: Bits, other: Bits) -> float:
    return float((one & other).sum() / max(1, (one | other).sum()))


def boundary_f(found: Bits, truth: Bits) -> float:
    import cv2  # noqa: PLC0415

    def outline(mask: Bits) -> Bits:
        return np.asarray(cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((2, 2), np.uint8)) > 0)

    reach = round(0.008 * float(np.hypot(*truth.shape)))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    one, other = outline(found), outline(truth)
    if not one.any() or not other.any():
        return float(one.any() == other.any())
    near_one, near_other = (cv2.dilate(line.astype(np.uint8), disc) > 0 for line in (one, other))
    precision, recall = float(near_other[one].mean()), float(near_one[other].mean())
    return 2 * precision * recall / max(1e-9, precision + recall)


def near_edges(alpha: NDArray[np.float32]) -> Bits:
    import cv2  # noqa: PLC0415

    mixed = ((alpha > 0.02) & (alpha < 0.98)).astype(np.uint8)
    return np.asarray(cv2.dilate(mixed, np.ones((27, 27), np.uint8)) > 0)


def subjects(access: Access, names: list[str], pictures: Path | None) -> dict[str, Any]:
    """By composite: [network cut at a half, finished mask] of each figure."""
    import cv2  # noqa: PLC0415

    found: dict[str, Any] = {}
    for name in names or SCENES:
        scene = composite(name, PHOTOS)
        coarse = subject.FindSubject().find(Picture(scene.pixels), sb.masks.Subject(), access, MODEL).coarse
        own = cv2.resize(coarse, scene.alpha.shape[::-1])
        fine = refined(scene.pixels, coarse)
        band, truth = near_edges(scene.alpha), scene.alpha > 0.5
        ways = [(own > 0.5).astype(np.float32), fine / np.float32(255)]
        found[name] = {
            "IoU": [overlap(way > 0.5, truth) for way in ways],
            "boundary F": [boundary_f(way > 0.5, truth) for way in ways],
            "alpha error": [float(np.abs(way - scene.alpha)[band].mean()) for way in ways],
        }
        if pictures:
            shown = [np.rint(plane * 255).astype(np.uint8) for plane in (scene.alpha, *ways)]
            Image.fromarray(np.hstack([scene.pixels, *(np.dstack([p] * 3) for p in shown)])).save(
                pictures / f"{name}.jpg"
            )
        print(name, json.dumps({k: [round(v, 3) for v in pair] for k, pair in found[name].items()}), flush=True)
    return found


def skies(access: Any, pictures: Path | None) -> dict[str, list[float]]:
    """By photo: intersection over union of the finished mask, and of that without a network."""
    found = {}
    for path in sorted(STREETS.glob("*.jpg")):
        pixels = np.asarray(Image.open(path).convert("RGB"))
        label = np.asarray(Image.open(path.with_suffix(".sky.png")))
        known, there = label != 128, label == 255
        try:
            with_network = find(sb.masks.Sky(), Picture(pixels), access).pixels
        except NotFound:
            with_network = np.zeros(label.shape, np.uint8)
        without = refined(pixels, sky.classical(Picture(pixels).within(sky.EDGE)), trust=sky.TRUST)
        found[path.stem] = [overlap((m > 127) & known, there & known) for m in (with_network, without)]
        if pictures:
            shown = np.hstack([pixels, *(np.dstack([m] * 3) for m in (with_network, without))])
            Image.fromarray(shown).save(pictures / f"sky-{path.stem}.jpg")
    return found


def milliseconds(work: Callable[[], object], count: int) -> list[float]:
    times = []
    for _ in range(count):
        begin = time.perf_counter()
        work()
        times.append((time.perf_counter() - begin) * 1e3)
    return times


def finding(access: Any, count: int) -> dict[str, float]:
    """Milliseconds, median: the bare network, and finding the subject with it, in turns."""
    import onnxruntime as ort  # noqa: PLC0415

    path = open_store(preferences.load()).files(registry.get(MODEL))["model"]
    session = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    scene = composite("fur-brown", PHOTOS)
    tensor = np.random.default_rng(1).random((1, 3, 1024, 1024), np.float32) - np.float32(0.5)
    bare, whole = [], []
    find(sb.masks.Subject(), Picture(scene.pixels), access)  # loads it
    for _ in range(count):
        bare += milliseconds(lambda: session.run(None, {"input": tensor}), 1)
        whole += milliseconds(lambda: find(sb.masks.Subject(), Picture(scene.pixels), access), 1)
    return {"bare": statistics.median(bare), "subject": statistics.median(whole),
            "ratio": statistics.median(w / b for w, b in zip(whole, bare, strict=True))}  # fmt: skip


def clicking(count: int) -> list[float]:
    """Milliseconds from a place to the outline of what is there: MobileSAM's signature with random weights."""
    import onnxruntime as ort  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        f = FLOAT
        inputs: Any = {
            "image_embeddings": (f, [1, 256, 64, 64]), "point_coords": (f, [1, "n", 2]),
            "point_labels": (f, [1, "n"]), "mask_input": (f, [1, 1, 256, 256]), "has_mask_input": (f, [1]),
            "orig_im_size": (f, [2]),
        }  # fmt: skip
        answers = {"masks": [1, 1, 683, 1024], "iou_predictions": [1, 1], "low_res_masks": [1, 1, 256, 256]}
        path = export(Path(folder) / "d.onnx", inputs, answers)
        session = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        names = [output.name for output in session.get_outputs()]

        def ask(model: str, given: Any, role: str) -> dict[str, NDArray[Any]]:
            if role == "encoder":
                return {"image_embeddings": np.zeros((1, 256, 64, 64), np.float32)}
            return dict(zip(names, session.run(None, dict(given)), strict=True))

        pixels = np.random.default_rng(1).integers(0, 256, (4000, 6000, 3), np.uint8)
        picture = Picture(pixels, key=f"benchmark {time.time()}")
        sam.encoded(picture, ask, "mobile-sam")
        places = iter(np.random.default_rng(2).random((count, 2)) * (0.98, 0.65))
        return milliseconds(lambda: pointing.outline_at(picture, tuple(next(places)), ask, "mobile-sam"), count)


def painting(path: Path, count: int) -> dict[str, list[float]]:
    """Milliseconds from a stroke more to the frame with its overlay: the whole picture, and a part at full size."""
    from stillbytes.app.server.frames import Overlay, lay_over  # noqa: PLC0415
    from stillbytes.core.geometry import Rect  # noqa: PLC0415
    from stillbytes.masks.fields import encoded  # noqa: PLC0415
    from stillbytes.photo.output.encode import preview_jpeg  # noqa: PLC0415

    pipeline = sb.open(path).pipeline
    random = np.random.default_rng(3)
    found: dict[str, list[float]] = {}
    views = {
        "whole, 1600 pixels": (1600 / pipeline.frame.long_edge, None),
        "part at full size": (1.0, Rect(2000, 1500, 1600, 1067)),
    }
    for view, (scale, region) in views.items():
        strokes: list[Any] = []
        times = []
        for i in range(count + 2):
            trail = np.cumsum(random.normal(0, 0.01, (40, 2)), 0) + random.uniform(0.3, 0.5, 2)
            points = np.column_stack([np.clip(trail, 0, 1), np.ones(40)])
            begin = time.perf_counter()
            strokes = [*strokes, {"trail": encoded(points), "size": 0.02}]
            mask = {"components": [{"kind": {"kind": "brush", "strokes": strokes}}]}
            one = {"id": "a", "mask": mask, "delta": {}}
            settings = sb.open(path).edit({}).edit(adjustments=[one]).settings
            pixels = pipeline.render(settings, scale, region).pixels
            at = Rect(0, 0, pixels.shape[1], pixels.shape[0]) if region is None else region
            lay_over(pixels, Overlay(adjustment="a", style="red"), settings, pipeline, scale, at)
            preview_jpeg(pixels, quality=80, space="srgb")
            if i > 1:
                times.append((time.perf_counter() - begin) * 1e3)
        found[view] = times
    return found


def main() -> None:
    made = parser(__doc__)
    made.add_argument("--names", nargs="*", default=[], help="composites (default: all)")
    made.add_argument("--count", type=int, default=7, help="timed runs (default: %(default)s)")
    made.add_argument("--only", choices=["subjects", "skies", "times"], help="one part of it")
    made.add_argument("--pictures", type=Path, help="folder for pictures, truth and masks side by side")
    chosen = made.parse_args()
    store = open_store(preferences.load())
    if chosen.only != "skies" and not store.installed(registry.get(MODEL)):
        stop(f"`stillbytes models pull {MODEL}` gets the network for subjects.")
    if chosen.pictures:
        chosen.pictures.mkdir(parents=True, exist_ok=True)
    report = announce(LIMIT)
    with own_access() as access:
        if chosen.only in (None, "subjects"):
            report["subjects"] = found = subjects(access, chosen.names, chosen.pictures)
            keys = ("IoU", "boundary F", "alpha error")
            rows = [[n, *(f"{v:.3f}" for k in keys for v in figures[k])] for n, figures in found.items()]
            means = [float(np.mean([figures[k][i] for figures in found.values()])) for k in keys for i in (0, 1)]
            rows.append(["mean", *(f"{v:.3f}" for v in means)])
            print(table(["composite", *(f"{k}{w}" for k in keys for w in (" at 0.5", ""))], rows))
            print(f"alpha error {means[5] / means[4]:.2f} of the network's (limit 0.67)\n", flush=True)
        if chosen.only in (None, "skies"):
            report["skies"] = streets = skies(access, chosen.pictures)
            print(
                table(
                    ["street", "IoU", "without a network"], [[n, *(f"{v:.3f}" for v in p)] for n, p in streets.items()]
                )
            )
            for i, way in enumerate(("with the network", "without")):
                values = [pair[i] for pair in streets.values()]
                print(f"{way}: mean {np.mean(values):.3f}, worst {min(values):.3f}", flush=True)
        if chosen.only in (None, "times"):
            report["painting"] = strokes = painting(raw_file(chosen.work, "boats-at-dusk", 45), 3 * chosen.count)
            report["clicking"] = clicks = clicking(6 * chosen.count)
            report["finding"] = times = finding(access, chosen.count)
            for view, ms in strokes.items():
                print(f"stroke to overlay, 45 MP, {view}: median {statistics.median(ms):.1f} ms, least {min(ms):.1f}")
            print(f"click to outline: median {statistics.median(clicks):.1f} ms, least {min(clicks):.1f}")
            print(f"subject {times['subject']:.0f} ms, bare network {times['bare']:.0f} ms: {times['ratio']:.2f} x")
    save("masks", report)


if __name__ == "__main__":
    main()
