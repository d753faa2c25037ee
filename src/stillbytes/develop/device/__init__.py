"""The look stage on a graphics device instead of the processor."""
