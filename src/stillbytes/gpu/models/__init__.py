"""The models that can be had: one file per family, and what they have in common."""
