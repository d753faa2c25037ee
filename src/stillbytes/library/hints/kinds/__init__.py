"""One hint a file."""
