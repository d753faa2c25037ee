"""ComfyUI, the image engine: workflows as code, its client, where it is found and how it is installed."""
