"""From a hole in the frame to what an image model is given, and from its answer back to scene-linear light."""
