"""From what a network found at its own resolution to the edges of the photo."""
