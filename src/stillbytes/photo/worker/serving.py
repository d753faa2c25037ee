"""The decoding process answers requests on its standard input until that closes.

Everything that reads untrusted files happens here, so that a decoder's crash costs one photo and not the editor.
A request is {"do": name, "path": text, ...}; a reply {"result": ...} or {"error": {"message", "remedy"}}. Where the
request says "lend", the reply may have "lent" instead of its arrays (see `lending`): they are kept until the next
message, which is {"do": "let-go"}, or {"do": "send"} that is answered by them.
"""

from __future__ import annotations

import base64
import gc
import os
import queue
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from stillbytes.core.errors import StillbytesError
from stillbytes.core.saying import Said, said
from stillbytes.photo import lending, wire

Reply = tuple[Any, "wire.Parts"]
Answer = Callable[[dict[str, Any]], Reply]


def main(answers: Mapping[str, Answer] | None = None) -> None:
    """Serve requests until standard input closes, which also happens when the parent dies."""
    gc.disable()  # until the first answer: nothing that is imported for it is garbage
    known = ANSWERS if answers is None else answers
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the parent's to handle
    _no_core_files()
    replies = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # a library that prints must not write into the replies
    requests: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(requests,), daemon=True).start()
    kept: wire.Parts = []
    while True:
        request = requests.get()
        sought, kept = kept, []
        if request["do"] == "let-go":
            del sought
            continue
        header, parts = ({}, sought) if request["do"] == "send" else _answer(known, request)
        lent = lending.listed(parts) if request.get("lend") else []
        try:
            if lent:
                wire.send(replies, {**header, "lent": lent})
                kept = parts
            else:
                wire.send(replies, header, parts)
        except wire.WireError:
            os._exit(0)
        if not gc.isenabled():
            gc.freeze()
            gc.enable()
        del parts, sought  # the samples are the caller's now; no memory is held while waiting


def _listen(requests: queue.SimpleQueue[dict[str, Any]]) -> None:
    """Take requests while a decoder runs, so that the parent's death is noticed at once."""
    stream = os.fdopen(0, "rb", buffering=0, closefd=False)
    try:
        while True:
            requests.put(wire.receive(stream)[0])
    except wire.WireError:
        os._exit(0)


def _answer(answers: Mapping[str, Answer], request: dict[str, Any]) -> tuple[dict[str, Any], wire.Parts]:
    try:
        result, parts = answers[request["do"]](request)
        return {"result": result}, parts
    except StillbytesError as error:
        return _refused(error.message, error.remedy), []
    except MemoryError:
        name = Path(request["path"]).name
        return _refused(said("{photo} needs more memory than there is.", photo=name)), []
    except Exception as error:  # decoders raise anything on damaged files; the reason goes to the caller
        name = Path(request["path"]).name
        reason = "no picture found in it" if type(error).__name__ == "UnidentifiedImageError" else str(error)
        message = said("{photo} cannot be read ({why}).", photo=name, why=reason.rstrip(".") or type(error).__name__)
        return _refused(message, "The file is probably damaged."), []


def _refused(message: str, remedy: str = "") -> dict[str, Any]:
    form = {"form": message.form, "values": dict(message.values)} if isinstance(message, Said) else {}
    return {"error": {"message": message, "remedy": remedy, **form}}


def _no_core_files() -> None:
    """A crash must leave nothing beside the photos."""
    if sys.platform != "win32":
        import resource  # noqa: PLC0415 - not on every platform

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _decode(request: dict[str, Any]) -> Reply:
    from stillbytes.photo.worker.open import decode_file  # noqa: PLC0415 - heavy

    decoded = decode_file(Path(request["path"]))
    fields = {name: getattr(decoded, name) for name in ("layout", "pattern", "black", "white", "matrix")}
    colour = decoded.colour
    fields["colour"] = None if colour is None else {name: getattr(colour, name) for name in colour.__slots__}
    fields["embedded"] = None if decoded.embedded is None else asdict(decoded.embedded)
    fields["remarks"] = decoded.remarks
    parts = [decoded.samples] if decoded.tables is None else [decoded.samples, decoded.tables]
    return fields, parts


def _warm_up(request: dict[str, Any]) -> Reply:
    """Load the libraries that the first photo needs."""
    from stillbytes.photo.worker import exif, open, previews, raw  # noqa: F401, PLC0415

    return None, []


def _metadata(request: dict[str, Any]) -> Reply:
    from stillbytes.photo.worker import exif  # noqa: PLC0415 - heavy

    return exif.plain(exif.read(Path(request["path"]))), []


def _remarks(request: dict[str, Any]) -> Reply:
    from stillbytes.photo.worker import remarks  # noqa: PLC0415 - heavy

    return asdict(remarks.of_sidecar(Path(request["path"]))[0]), []


def _carry(request: dict[str, Any]) -> Reply:
    from stillbytes.photo.worker import exif  # noqa: PLC0415 - heavy
    from stillbytes.photo.worker.policy import Policy  # noqa: PLC0415

    sidecar = request["sidecar"]
    carried = exif.select(
        Path(request["path"]),
        gps=request["gps"],
        width=request["width"],
        height=request["height"],
        sidecar=Path(sidecar) if sidecar else None,
        source_type=request["source_type"],
        policy=Policy(request["keep"], request["people"], request["dpi"]),
    )
    return {name: base64.b64encode(getattr(carried, name)).decode() for name in ("exif", "xmp", "iptc")}, []


def _preview(request: dict[str, Any]) -> Reply:
    import numpy as np  # noqa: PLC0415 - the process starts faster without

    from stillbytes.photo.worker import previews  # noqa: PLC0415 - heavy

    path, long_edge = Path(request["path"]), request["long_edge"]
    file, width, height = previews.thumbnail(path, long_edge) if long_edge else previews.embedded(path)
    return {"width": width, "height": height}, [np.frombuffer(file, np.uint8)]


def _lens(request: dict[str, Any]) -> Reply:
    from stillbytes.photo.worker import lensfun  # noqa: PLC0415 - heavy

    return lensfun.matched(request), []


def _lenses(request: dict[str, Any]) -> Reply:
    from stillbytes.photo.worker import lensfun  # noqa: PLC0415 - heavy

    return lensfun.named(request), []


ANSWERS: dict[str, Answer] = {
    "decode": _decode,
    "preview": _preview,
    "metadata": _metadata,
    "remarks": _remarks,
    "carry": _carry,
    "lens": _lens,
    "lenses": _lenses,
    "warm-up": _warm_up,
}
