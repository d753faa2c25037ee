"""What draws: networks in this process' worker and models in ComfyUI, all asked in the same way."""
