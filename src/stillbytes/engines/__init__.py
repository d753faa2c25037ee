"""The programs that run models for us: llama.cpp, ComfyUI and ONNX Runtime. Only the broker starts and fills them."""
