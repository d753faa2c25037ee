"""What reads untrusted files: everything here runs in the decoding process only, see `photo.worker.serving`."""
