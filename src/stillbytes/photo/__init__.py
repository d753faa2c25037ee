"""Files in and out: decoding photos in a worker process, metadata, colour profiles, encoding."""
