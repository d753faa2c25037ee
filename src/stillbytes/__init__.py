"""Stillbytes: an AI-native RAW photo editor that runs on its user's own machine."""
