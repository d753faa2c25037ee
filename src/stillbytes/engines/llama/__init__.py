"""llama.cpp's llama-server: found, started with planned flags, talked to, and its memory given back when asked."""
