#!/usr/bin/env python3
"""Makes docs/images/editor.jpg: the editor on the sample photo with a few sliders moved."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "docs/images/editor.jpg"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        photo = Path(folder) / "Evening" / "evening-glow.dng"
        photo.parent.mkdir()
        shutil.copyfile(ROOT / "samples/evening-glow.dng", photo)
        values = {"exposure": 0.35, "highlights": -45.0, "shadows": 38.0, "clarity": 18.0, "vibrance": 22.0}
        code = (
            "import sys, json, stillbytes as sb; from stillbytes.edit.document import Document; "
            "d = Document(sb.open(sys.argv[1])); v = {}\n"
            "for k, x in json.loads(sys.argv[2]).items():\n"
            "    v[k] = x; d.commit(sb.Settings(v), f'{k.capitalize()} {x:+g}')\n"
            "d.flush()"
        )
        subprocess.run([sys.executable, "-c", code, str(photo), json.dumps(values)], check=True)
        command = [sys.executable, "-m", "stillbytes", "serve", str(photo), "--json", "--no-browser"]
        server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert server.stdout is not None
        launch = json.loads(server.stdout.readline())["launch"]
        with sync_playwright() as playwright:
            arguments = ["--disable-gpu", "--no-sandbox"]
            browser = playwright.chromium.launch(
                executable_path=os.environ.get("STILLBYTES_BROWSER") or shutil.which("chromium"), args=arguments
            )
            page = browser.new_page(viewport={"width": 1500, "height": 940})
            page.goto(launch)
            page.wait_for_timeout(6000)
            shot = page.screenshot()
            browser.close()
        server.terminate()
        server.wait()
    Image.open(io.BytesIO(shot)).convert("RGB").save(TARGET, quality=88, optimize=True)


if __name__ == "__main__":
    main()
