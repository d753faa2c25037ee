"""Which photos look alike: the same bytes, the same picture, one moment in a row of pictures."""
