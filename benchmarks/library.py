"""A library of 1,000 to 100,000 photos: adding, searching, looking through it again, rebuilding, and memory.

The photos are small but whole files, JPEG and DNG, each with EXIF and XMP of its own and pixels that differ: one of
each kind is made and its fields are patched in memory. A tenth are RAW+JPEG pairs, a twentieth have a sidecar.
"""

from __future__ import annotations

import argparse
import io
import itertools
import json
import os
import random
import shutil
import statistics
import struct
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from common import ROOT, announce, parser, quiet, save, table

LIMIT = "add 1,500 photos/s on 2 cores; any search < 50 ms at 100,000 photos"
CAMERAS = (("NIKON CORPORATION", "NIKON D750"), ("Canon", "Canon EOS R5"), ("SONY", "ILCE-7M4"), ("FUJIFILM", "X-T5"),
           ("Panasonic", "DC-S5M2"), ("OM Digital", "OM-1"))  # fmt: skip
LENSES = ("24-70mm f/2.8", "50mm f/1.8", "85mm f/1.4", "70-200mm f/4", "16-35mm f/4", "100mm f/2.8 Macro", "23mm f/2")
WORDS = ("harbour", "owl", "sunset", "street", "market", "glacier", "family", "wedding", "portrait", "forest", "river",
         "tower", "night", "snow", "garden", "bridge", "concert", "dog", "boat", "autumn", "fog")  # fmt: skip
PLACES = ("Europe|Spain|Sevilla", "Europe|Germany|Bremen", "Europe|Switzerland|Bern", "Asia|Japan|Kyoto",
          "America|Chile|Arica", "Animals|Birds|Owl", "Animals|Dogs", "People|Family", "Work|Weddings")  # fmt: skip
LABELS = ("", "", "", "Red", "Yellow", "Green", "Blue", "Purple")
PER_FOLDER = 500
SMALL = (64, 48)
SAMPLE = ROOT / "samples" / "evening-glow.jpg"
QUERIES = (
    "", "owl", "sun", "img", '"harbour sunset"', "owl -night", "camera:d750", "lens:50mm OR lens:85mm", "rating:>=3",
    "keyword:europe", "keyword:owl rating:>=4", "iso:>=3200", "date:2024-05..2024-06", "date:2024 camera:canon owl",
    "label:red", "flag:pick", "-keyword:europe", "is:edited", "(owl OR dog) -label:red iso:<=400", "name:img_00012",
    "folder:2023", "is:gps near:46.95,7.45,200", "-(owl OR sunset OR night)", "kind:raw exposure:<=1/500",
    "owl OR dog OR boat OR fog OR river OR snow", "camera:d750 OR label:red OR rating:5 OR iso:100 OR flag:pick",
    "-owl -dog -sun", "((owl OR dog) (boat OR fog)) OR ((sun OR snow) -label:red)", "-is:keywords -is:edited",
    "owl OR label:red", "owl label:red OR dog label:blue OR keyword:birds rating:<3", "is:keywords", "a*", "-title:owl",
    "near:0,0,5000 OR near:40,-100,3000", "date:2021 OR -date:2020..2023", "rating:>=1 iso:>=400", "-hint:any",
    "(camera:canon lens:50mm) OR (camera:nikon -lens:85mm) iso:>=800 -keyword:dogs",
    "exposure:1/500 OR exposure:1/2 OR aperture:4",
)  # fmt: skip
MEANT = ("", "rating:>=3", "camera:d750 rating:5", "keyword:owl rating:>=4", "(owl OR dog) -label:red iso:<=400")
"""Fields beside free words that are searched by their meaning."""
SORTED = ("", "rating:>=1", "owl", "(owl OR dog) -label:red iso:<=400")
"""Searches that are sorted by everything, both ways, stacks open and closed: the first, middle and last page."""


def main() -> None:
    made = parser(__doc__)
    made.add_argument("--counts", type=int, nargs="+", default=[1000, 10_000, 100_000], help="(default: %(default)s)")
    made.add_argument("--make", type=Path, metavar="DIR", help="only make the photos, as many as the first of --counts")
    made.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    made.add_argument("--photos", type=Path, help=argparse.SUPPRESS)
    chosen = made.parse_args()
    if chosen.measure:
        print(json.dumps(measured(chosen.measure, chosen.photos)))
        return
    if chosen.make:
        generate(chosen.make, chosen.counts[0])
        return
    report = announce(LIMIT)
    found: dict[str, Any] = {}
    for count in chosen.counts:
        photos, place = chosen.work / f"library-{count}", chosen.work / f"library-{count}-catalogue"
        begin = time.perf_counter()
        made_new = generate(photos, count)
        making = time.perf_counter() - begin
        shutil.rmtree(place, ignore_errors=True)
        quiet(0.2, chosen.patience)
        command = [sys.executable, __file__, "--measure", str(place), "--photos", str(photos)]
        ran = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        found[str(count)] = json.loads(ran.stdout) | ({"making_seconds": making} if made_new else {})
        print(f"{count} photos", flush=True)
        _show(found[str(count)])
    save("library", report | {"photos": found})


def measured(place: Path, photos: Path) -> dict[str, Any]:
    """Everything about one library, in this process, which is a fresh one."""
    from stillbytes.library.catalogue import Catalogue  # noqa: PLC0415
    from stillbytes.library.catalogue.search.run import SORTS  # noqa: PLC0415

    seconds: dict[str, float] = {}

    def timed(name: str, do: Any) -> Any:
        begin = time.perf_counter()
        result = do()
        seconds[name] = time.perf_counter() - begin
        return result

    catalogue = Catalogue(place)
    added = timed("add", lambda: catalogue.add(photos))
    peak = _peak()
    timed("look through, nothing new", catalogue.update)
    searches = {query: [_search(catalogue, query, "taken", True) for _ in range(5)] for query in QUERIES}
    sorts = {sort: _sorted(catalogue, sort) for sort in SORTS}
    timed("verify --quick", lambda: catalogue.verify(quick=True))
    timed("rebuild", catalogue.rebuild)
    peak_before_vectors = _peak()
    meant = _meant(catalogue)
    size = sum(file.stat().st_size for file in place.rglob("*") if file.is_file())
    catalogue.close()
    opening = []
    for _ in range(5):
        begin = time.perf_counter()
        with Catalogue(place) as again:
            again.search(limit=100)
        opening.append((time.perf_counter() - begin) * 1e3)
    return {
        "photos": added.photos, "seconds": seconds, "peak_mib_after_add": peak, "peak_mib": peak_before_vectors,
        "meaning_ms": {query: statistics.median(times) for query, times in meant.items()},
        "meaning_worst_ms": {query: max(times) for query, times in meant.items()}, "peak_mib_with_vectors": _peak(),
        "database_mib": size / 2**20, "opening_ms": statistics.median(opening),
        "search_ms": {query: statistics.median(times) for query, times in searches.items()},
        "search_worst_ms": {query: max(times) for query, times in searches.items()},
        "sort_ms": sorts, "problems": added.problems,
    }  # fmt: skip


def _search(catalogue: Any, query: str, sort: str, descending: bool, offset: int = 0, tops: bool = False) -> float:
    """Milliseconds for the count and a page of 100 whole entries."""
    begin = time.perf_counter()
    catalogue.search(query, sort=sort, descending=descending, limit=100, offset=offset, tops=tops)
    return (time.perf_counter() - begin) * 1e3


def _sorted(catalogue: Any, sort: str) -> dict[str, float]:
    """Milliseconds of the first search with this order, and the median of the slowest one once it is known."""
    first = _search(catalogue, "", sort, False)
    slowest = 0.0
    for query, down, tops in itertools.product(SORTED, (True, False), (False, True)):
        total = catalogue.search(query, sort=sort, descending=down, tops=tops, limit=0).total
        for offset in (0, total // 2, max(0, total - 100)):
            times = [_search(catalogue, query, sort, down, offset, tops) for _ in range(5)]
            slowest = max(slowest, statistics.median(times))
    return {"first": first, "slowest": slowest}


def _meant(catalogue: Any) -> dict[str, list[float]]:
    """Milliseconds for the 300 nearest of vectors of 768 numbers, without the network that makes one of words."""
    import numpy as np  # noqa: PLC0415

    from stillbytes.library.catalogue.looks import Look  # noqa: PLC0415
    from stillbytes.library.meaning.encoders import encoder_of  # noqa: PLC0415

    encoder, dice, at = encoder_of("siglip2-base-224-int8"), np.random.default_rng(1), 0
    common = dice.normal(size=encoder.form.length)  # pictures lie in one direction from nowhere

    def vector() -> Any:
        one = dice.normal(size=encoder.form.length) + common
        return (one / np.linalg.norm(one)).astype(np.float16)

    while photos := catalogue.search(sort="path", limit=1000, offset=at).photos:
        looks = [Look(bytes.fromhex(one.content), {}, vector=vector().tobytes()) for one in photos]
        catalogue.looks.put(looks, encoder.model)
        at += len(photos)
    times: dict[str, list[float]] = {}
    for query in MEANT:
        for _ in range(6):
            begin = time.perf_counter()
            catalogue.meaning.nearest(vector(), encoder, query)
            times.setdefault(query, []).append((time.perf_counter() - begin) * 1e3)
    times[MEANT[0]].pop(0)  # reads all vectors
    return times


def _peak() -> float:
    """Peak resident MiB of this process, without the reading processes."""
    import resource  # noqa: PLC0415 - not on every platform

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _show(one: dict[str, Any]) -> None:
    rows = [[name, f"{value:.2f} s", f"{one['photos'] / value:.0f} photos/s"] for name, value in one["seconds"].items()]
    print(table(["", "time", "rate"], rows))
    worst = sorted(one["search_ms"].items(), key=lambda pair: -pair[1])
    rows = [[query or "(all)", f"{ms:.1f}", f"{one['search_worst_ms'][query]:.1f}"] for query, ms in worst]
    print("\n" + table(["search", "median ms", "most ms"], rows))
    rows = [[name, f"{ms['first']:.1f}", f"{ms['slowest']:.1f}"] for name, ms in one["sort_ms"].items()]
    print("\n" + table(["sorted by", "first time ms", "slowest of all, median ms"], rows))
    print("\n" + table(["by meaning", "median ms"], [[k or "(all)", f"{v:.1f}"] for k, v in one["meaning_ms"].items()]))
    print(f"\nopen and first page {one['opening_ms']:.1f} ms")
    memory = f"peak memory {one['peak_mib']:.0f} MiB, with vectors {one['peak_mib_with_vectors']:.0f} MiB"
    print(f"{memory}, database {one['database_mib']:.0f} MiB\n", flush=True)


def generate(folder: Path, count: int, size: tuple[int, int] = SMALL) -> bool:
    """`count` photos in folders by year, month and number; the same ones each time. False if they are there already.

    size: of the JPEGs, width and height; those of a size of their own show parts of the sample photo.
    """
    done = folder / ".made"
    if done.exists() and done.read_text() == str(count):
        return False
    shutil.rmtree(folder, ignore_errors=True)
    begin, dice, made = datetime(2019, 1, 1, 8), random.Random(7), 0
    jpegs, dng = _jpeg_templates(size), _dng_template()
    while made < count:
        block = made // PER_FOLDER
        day = begin + timedelta(days=block * 11 % 2500)
        place = folder / f"{day:%Y}" / f"{day:%m}-{block:04}"
        place.mkdir(parents=True)
        for n in range(made, min(count, made + PER_FOLDER), 1):
            about = _about(dice, n, day + timedelta(seconds=40 * (n % PER_FOLDER)))
            pair = n % 10 == 9
            name = f"IMG_{n - pair:06}"
            write = place / (f"{name}.dng" if n % 10 >= 8 and pair else f"{name}.jpg")
            write.write_bytes(_dng(dng, about) if pair else _jpeg(jpegs[n % len(jpegs)], about))
            if n % 20 == 0:
                (place / f"{name}.xmp").write_text(_xmp(about, edited=n % 40 == 0))
        made += min(PER_FOLDER, count - made)
    done.write_text(str(count))
    return True


def _about(dice: random.Random, number: int, taken: datetime) -> dict[str, Any]:
    make, model = dice.choice(CAMERAS)
    return {
        "number": number,
        "make": make,
        "model": model,
        "lens": dice.choice(LENSES),
        "taken": taken,
        "iso": 100 * 2 ** dice.randrange(8),
        "exposure": 2 ** dice.randrange(13),
        "aperture": dice.choice((18, 28, 40, 56, 80)),
        "focal": dice.choice((16, 24, 35, 50, 85, 135, 200)),
        "rating": dice.choice((0, 0, 0, 1, 2, 3, 3, 4, 5)),
        "label": dice.choice(LABELS),
        "flag": dice.choice((0, 0, 0, 1, -1)),
        "words": dice.sample(WORDS, 3),
        "places": dice.sample(PLACES, dice.randrange(3)),
        "gps": (dice.uniform(-60, 70), dice.uniform(-180, 180)) if dice.random() < 0.3 else None,
    }


def _jpeg_templates(size: tuple[int, int]) -> list[bytes]:
    import numpy as np  # noqa: PLC0415
    from PIL import Image  # noqa: PLC0415

    def written(picture: Image.Image, quality: int) -> bytes:
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=quality)
        return out.getvalue()

    if size == SMALL:
        return [written(Image.fromarray(np.linspace(0, 255, 64 * 48 * 3).reshape(48, 64, 3).astype(np.uint8)), 70)]
    dice, width = random.Random(3), size[0]
    with Image.open(SAMPLE) as sample:
        parts = []
        for _ in range(40):
            wide = dice.uniform(0.3, 1) * min(sample.width, sample.height * width / size[1])
            high = wide * size[1] / width
            left, top = dice.uniform(0, sample.width - wide), dice.uniform(0, sample.height - high)
            parts.append(sample.resize(size, box=(left, top, left + wide, top + high)))
    return [written(part, 85) for part in parts]


def _dng_template() -> bytes:
    """The samples of a 32 x 32 Bayer mosaic; the directory is written for each."""
    return struct.pack("<1024H", *(512 + (n * 53) % 9000 for n in range(1024)))


def _jpeg(template: bytes, about: dict[str, Any]) -> bytes:
    """EXIF and XMP segments after the start of image, and the number in a comment, which makes the content unique."""
    exif = b"Exif\0\0" + _tiff(_entries(about), _shot(about), _place(about))
    packet = b"http://ns.adobe.com/xap/1.0/\0" + _xmp(about, edited=False).encode()
    segments = b"".join(b"\xff" + bytes((code,)) + struct.pack(">H", len(held) + 2) + held
                        for code, held in ((0xE1, exif), (0xE1, packet), (0xFE, b"%d" % about["number"])))  # fmt: skip
    return template[:2] + segments + template[2:]


def _dng(samples: bytes, about: dict[str, Any]) -> bytes:
    """A whole DNG 1.4: a mosaic with its matrix, white and black, EXIF and XMP in one directory."""
    packet = _xmp(about, edited=False).encode()
    matrix = [(9020, 10000), (-2890, 10000), (-715, 10000), (-4535, 10000), (12436, 10000), (2348, 10000),
              (-934, 10000), (1919, 10000), (7086, 10000)]  # fmt: skip
    entries = [
        *_entries(about),
        (254, 4, [0]), (256, 4, [32]), (257, 4, [32]), (258, 3, [16]), (259, 3, [1]), (262, 3, [32803]), (274, 3, [1]),
        (277, 3, [1]), (278, 4, [32]), (279, 4, [2048]), (33421, 3, [2, 2]), (33422, 1, bytes((0, 1, 1, 2))),
        (50706, 1, bytes((1, 4, 0, 0))), (50708, 2, about["model"].encode() + b"\0"), (50717, 4, [15000]),
        (50721, 10, matrix), (50778, 3, [21]), (50728, 5, [(46, 100), (1, 1), (82, 100)]), (700, 1, packet),
    ]  # fmt: skip
    return _tiff(entries, _shot(about), _place(about), samples + struct.pack("<Q", about["number"]))


def _entries(about: dict[str, Any]) -> list[tuple[int, int, Any]]:
    return [(271, 2, about["make"].encode() + b"\0"), (272, 2, about["model"].encode() + b"\0")]


def _shot(about: dict[str, Any]) -> list[tuple[int, int, Any]]:
    taken = about["taken"].strftime("%Y:%m:%d %H:%M:%S").encode() + b"\0"
    return [
        (33434, 5, [(1, about["exposure"])]),
        (33437, 5, [(about["aperture"], 10)]),
        (34855, 3, [about["iso"]]),
        (36867, 2, taken),
        (37386, 5, [(about["focal"], 1)]),
        (42036, 2, about["lens"].encode() + b"\0"),
    ]


def _place(about: dict[str, Any]) -> list[tuple[int, int, Any]]:
    if about["gps"] is None:
        return []
    parts = [[(round(abs(value) * 1_000_000), 1_000_000), (0, 1), (0, 1)] for value in about["gps"]]
    sides = [b"N\0" if about["gps"][0] >= 0 else b"S\0", b"E\0" if about["gps"][1] >= 0 else b"W\0"]
    return [(1, 2, sides[0]), (2, 5, parts[0]), (3, 2, sides[1]), (4, 5, parts[1])]


def _tiff(entries: list[Any], exif: list[Any], gps: list[Any], samples: bytes = b"") -> bytes:
    """A little-endian TIFF of one directory with its EXIF and GPS directories; `samples` are its only strip."""
    out = bytearray(b"II*\0\0\0\0\0")
    if samples:
        entries = [*entries, (273, 4, [len(out)])]
        out += samples
    for tag, part in ((34665, exif), (34853, gps)):
        if part:
            entries = [*entries, (tag, 4, [_directory(out, part)])]
    struct.pack_into("<I", out, 4, _directory(out, entries))
    return bytes(out)


def _directory(out: bytearray, entries: list[Any]) -> int:
    """Append the values and the directory; returns where it is."""
    packed = []
    for tag, kind, values in sorted(entries, key=lambda entry: entry[0]):
        if isinstance(values, bytes):
            count, held = len(values), values
        elif kind in (5, 10):
            count, held = len(values), b"".join(struct.pack("<2I" if kind == 5 else "<2i", *pair) for pair in values)
        else:
            count, held = len(values), struct.pack(f"<{len(values)}{'H' if kind == 3 else 'I'}", *values)
        if len(held) > 4:
            out += bytes(len(out) % 2)
            packed.append(struct.pack("<HHII", tag, kind, count, len(out)))
            out += held
        else:
            packed.append(struct.pack("<HHI", tag, kind, count) + held.ljust(4, b"\0"))
    out += bytes(len(out) % 2)
    at = len(out)
    out += struct.pack("<H", len(packed)) + b"".join(packed) + bytes(4)
    return at


def _xmp(about: dict[str, Any], edited: bool) -> str:
    words, places = about["words"], about["places"]
    levels = [*words, *(level for path in places for level in path.split("|"))]
    bag = "".join(f"<rdf:li>{word}</rdf:li>" for word in dict.fromkeys(levels))
    paths = "".join(f"<rdf:li>{path}</rdf:li>" for path in places)
    settings = ' xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/" crs:HasSettings="True"' if edited else ""
    spaces = {
        "xmp": "http://ns.adobe.com/xap/1.0/",
        "dc": "http://purl.org/dc/elements/1.1/",
        "lr": "http://ns.adobe.com/lightroom/1.0/",
        "xmpDM": "http://ns.adobe.com/xmp/1.0/DynamicMedia/",
    }
    declared = "".join(f' xmlns:{prefix}="{space}"' for prefix, space in spaces.items())
    said = f'xmp:Rating="{about["rating"]}" xmp:Label="{about["label"]}" xmpDM:pick="{about["flag"]}"{settings}'
    texts = {
        "title": f"{words[0]} {words[1]} {about['number']}",
        "description": f"A {words[2]} near the {words[0]}, seen at {about['taken']:%H} o'clock",
    }
    described = "".join(
        f'<dc:{name}><rdf:Alt><rdf:li xml:lang="x-default">{text}</rdf:li></rdf:Alt></dc:{name}>'
        for name, text in texts.items()
    )
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about=""{declared} {said}>{described}'
        f"<dc:subject><rdf:Bag>{bag}</rdf:Bag></dc:subject>"
        f"<lr:hierarchicalSubject><rdf:Bag>{paths}</rdf:Bag></lr:hierarchicalSubject>"
        "</rdf:Description></rdf:RDF></x:xmpmeta>"
    )


if __name__ == "__main__":
    os.environ.setdefault("PYTHONHASHSEED", "0")
    main()
