"""Our workflows in a real ComfyUI and in its own editor.

Skipped unless STILLBYTES_TEST_COMFYUI has the address of one with the tiny models of `make_tiny_models.py`
(docs/workflows.md tells how); the editor's part also needs Chromium.
"""

import io
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from engines.comfyui.sample_workflows import ALL, MASK, PICTURE, RUNNABLE
from PIL import Image, ImageDraw

from stillbytes.engines.comfyui import editor, object_info
from stillbytes.engines.comfyui.adapt import Tiles, adapt
from stillbytes.engines.comfyui.object_info import ObjectInfo
from stillbytes.engines.comfyui.validate import check, find_problems
from stillbytes.engines.comfyui.workflow import Workflow

SERVER = os.environ.get("STILLBYTES_TEST_COMFYUI", "")
pytestmark = pytest.mark.skipif(not SERVER, reason="needs a running ComfyUI, see STILLBYTES_TEST_COMFYUI")
LIMIT = 300.0


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with httpx.Client(base_url=SERVER, timeout=60) as client:
        picture = Image.radial_gradient("L").resize((256, 256)).convert("RGB")
        mask = Image.new("RGB", (256, 256))
        ImageDraw.Draw(mask).ellipse((60, 60, 180, 180), fill="white")
        for name, made in ((PICTURE, picture), (MASK, mask)):
            file = io.BytesIO()
            made.save(file, "PNG")
            client.post("/upload/image", files={"image": (name, file.getvalue())}, data={"overwrite": "true"})
        yield client


@pytest.fixture(scope="module")
def server(client: httpx.Client) -> ObjectInfo:
    return object_info.parse(client.get("/object_info").content)


def run(client: httpx.Client, workflow: Workflow) -> dict[str, Any]:
    """What the history says of it."""
    sent = client.post("/prompt", json={"prompt": workflow.prompt()})
    assert sent.status_code == 200, sent.text
    id, until = sent.json()["prompt_id"], time.monotonic() + LIMIT
    while time.monotonic() < until:
        told: dict[str, Any] = client.get(f"/history/{id}").json()
        if id in told:
            return dict(told[id])
        time.sleep(0.1)
    raise AssertionError("it did not end")


@pytest.mark.parametrize("maker", RUNNABLE.values(), ids=RUNNABLE)
def test_it_runs(maker: Callable[[], Workflow], client: httpx.Client, server: ObjectInfo) -> None:
    workflow = adapt(maker(), server)
    check(workflow, server)
    assert run(client, workflow)["status"]["status_str"] == "success"


def test_tiles_of_the_plan_run(client: httpx.Client, server: ObjectInfo) -> None:
    workflow = adapt(RUNNABLE["image_to_image"](), server, Tiles(128, 32))
    check(workflow, server)
    assert run(client, workflow)["status"]["status_str"] == "success"


def test_without_the_socket_node_the_picture_is_fetched(client: httpx.Client, server: ObjectInfo) -> None:
    fewer = ObjectInfo({name: node for name, node in server.items() if name != "SaveImageWebsocket"})
    workflow = adapt(RUNNABLE["text_to_image"](), fewer)
    (told,) = run(client, workflow)["outputs"][workflow.id(workflow.ends[0])]["images"]
    made = client.get("/view", params=told)
    assert Image.open(io.BytesIO(made.content)).size == (256, 256)


def test_what_we_refuse_the_server_refuses(client: httpx.Client, server: ObjectInfo) -> None:
    workflow = ALL["flux_fill"]()
    ours = {(p.node, p.input) for p in find_problems(workflow, server)}
    told = client.post("/prompt", json={"prompt": workflow.prompt()})
    assert told.status_code == 400
    theirs = {
        (id, error["extra_info"]["input_name"])
        for id, node in told.json()["node_errors"].items()
        for error in node["errors"]
    }
    assert ours == theirs != set()


def test_comfyuis_own_editor_opens_what_we_save_and_we_read_what_it_saves(server: ObjectInfo) -> None:
    chromium = os.environ.get("STILLBYTES_BROWSER") or shutil.which("chromium")
    if chromium is None:
        pytest.skip("needs Chromium")
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(SERVER, timeout=120_000)
        page.wait_for_function("!!window.LiteGraph?.registered_node_types?.KSampler", timeout=120_000)
        page.wait_for_timeout(2000)  # it opens a workflow of its own first
        for maker in RUNNABLE.values():
            workflow = adapt(maker(), server)
            document = json.loads(json.dumps(editor.save(workflow, server)))
            opened = page.evaluate(
                "async (told) => { await app.loadGraphData(told); return await app.graphToPrompt() }", document
            )
            assert Workflow.parse(opened["output"]) == workflow
            assert {id: told["inputs"] for id, told in opened["output"].items()} == {
                id: told["inputs"] for id, told in workflow.prompt().items()
            }
            assert editor.read(opened["workflow"], server) == workflow
        browser.close()
