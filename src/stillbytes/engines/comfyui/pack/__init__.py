"""Stillbytes' part inside ComfyUI: tells what each model holds, and gives memory back in parts and between prompts.

This folder is copied into ComfyUI's `custom_nodes/stillbytes` and runs there, under whatever Python ComfyUI has (3.9
and newer): it imports nothing of Stillbytes. It adds no nodes, only two routes (see `routes`). Imported anywhere else,
it does nothing.
"""

from __future__ import annotations

import sys

from . import routes

NODE_CLASS_MAPPINGS: dict[str, type] = {}
"""ComfyUI looks for this name; there are no nodes."""

_server = getattr(getattr(sys.modules.get("server"), "PromptServer", None), "instance", None)
if _server is not None:
    routes.register(_server)
