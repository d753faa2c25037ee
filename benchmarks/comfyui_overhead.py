"""What our ComfyUI client adds to a job: its time beside that of a bare POST /prompt and polling GET /history.

    .venv/bin/python benchmarks/comfyui_overhead.py [--server http://127.0.0.1:8188] [--count 100]

Needs a running ComfyUI (its device does not matter). The workflow is trivial, an empty picture that is handed out, and
different each time so that nothing is cached. Both ways take turns; the bare one is as fast as polling can be: it asks
again without any pause, on one kept connection. Ours brings the picture along over the socket; the last row fetches it
over HTTP as the bare way would have to.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from typing import Any

import common
import httpx

from stillbytes.engines.comfyui.client import Client

LIMIT_MS = 30.0


def workflow(number: int, end: str) -> dict[str, Any]:
    empty = {"width": 64, "height": 64, "batch_size": 1, "color": number % (1 << 24)}
    return {
        "1": {"class_type": "EmptyImage", "inputs": empty},
        "2": {"class_type": end, "inputs": {"images": ["1", 0]}},
    }


async def bare(http: httpx.AsyncClient, prompt: dict[str, Any]) -> float:
    """Milliseconds from sending to the history knowing of the end."""
    begin = time.perf_counter()
    id = str(uuid.uuid4())
    (await http.post("/prompt", json={"prompt": prompt, "prompt_id": id})).raise_for_status()
    while id not in (await http.get(f"/history/{id}")).json():
        await asyncio.sleep(0)
    return (time.perf_counter() - begin) * 1000


async def ours(client: Client, prompt: dict[str, Any]) -> float:
    """Milliseconds from sending to having the picture."""
    begin = time.perf_counter()
    finished = await client.complete(prompt)
    assert len(finished.outputs) == 1
    return (time.perf_counter() - begin) * 1000


async def measure(url: str, count: int) -> dict[str, list[float]]:
    client = Client(url)
    taken: dict[str, list[float]] = {"bare": [], "ours, over the socket": [], "ours, over HTTP": []}
    number = int(time.time())
    async with httpx.AsyncClient(base_url=url, trust_env=False) as http:
        for _ in range(count + 5):
            number += 3
            taken["bare"].append(await bare(http, workflow(number, "SaveImageWebsocket")))
            taken["ours, over the socket"].append(await ours(client, workflow(number + 1, "SaveImageWebsocket")))
            taken["ours, over HTTP"].append(await ours(client, workflow(number + 2, "PreviewImage")))
        version = (await client.server.system()).version
    await client.close()
    print(f"ComfyUI  {version}\n")
    return {name: values[5:] for name, values in taken.items()}  # without the first, which connect


def main() -> None:
    parser = common.parser(__doc__)
    parser.add_argument("--server", default="http://127.0.0.1:8188", help="(default: %(default)s)")
    parser.add_argument("--count", type=int, default=100, help="jobs of each kind (default: %(default)s)")
    given = parser.parse_args()
    common.quiet(0.3, given.patience)
    report = common.announce(f"{LIMIT_MS:g} ms per job more than a bare POST and poll, at the median")
    try:
        taken = asyncio.run(measure(given.server, given.count))
    except httpx.HTTPError as error:
        common.stop(f"No ComfyUI at {given.server}: {error}")
        return
    base = common.median(taken["bare"])
    rows = []
    for name, values in taken.items():
        middle, late = common.median(values), common.percentile(values, 0.95)
        report[name] = {"median_ms": round(middle, 2), "p95_ms": round(late, 2), "more_ms": round(middle - base, 2)}
        rows.append([name, f"{middle:.1f}", f"{late:.1f}", f"{middle - base:+.1f}"])
    print(common.table(["way", "median ms", "95 % ms", "more than bare, ms"], rows))
    met = report["ours, over the socket"]["more_ms"] <= LIMIT_MS
    print(f"\n{'met' if met else 'not met'}")
    common.save("comfyui_overhead", {**report, "met": met})


if __name__ == "__main__":
    main()
