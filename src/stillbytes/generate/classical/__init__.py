"""Filling, healing and cloning with the photo's own pixels, without a model."""
