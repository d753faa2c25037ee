"""A decoding process that misbehaves on files of certain names, for the tests of photo.workers."""

import os
import signal
import time
from pathlib import Path
from typing import Any

from stillbytes.core.errors import UnreadablePhoto
from stillbytes.core.saying import said
from stillbytes.photo import lending
from stillbytes.photo.worker import serving


def decode(request: dict[str, Any]) -> serving.Reply:
    match Path(request["path"]).stem:
        case "crash":
            os.kill(os.getpid(), signal.SIGSEGV if os.name == "posix" else signal.SIGTERM)
        case "hang":
            time.sleep(600)
        case "exhaust":
            raise MemoryError
        case "huge" as name:
            raise UnreadablePhoto(said("{photo:>70} is huge.", photo=name))
        case "babble":
            os.write(1, b"a library's own words on standard output")
        case "liar":
            lending.listed = lambda parts: [{"dtype": "uint16", "shape": [4000, 4000], "at": 64, "step": 8000}]
    return serving.ANSWERS["decode"](request)


if __name__ == "__main__":
    serving.main({**serving.ANSWERS, "decode": decode})
