"""Brings the files of models here: whole, checked, and resumable. The only part of Stillbytes that uses the network.

`fetch(file, to, part, control)` tries a file's source and then its mirrors. Environment variables lead each kind of
source elsewhere (`sources`); packages come through the person's own package client (`packages`).
"""

from stillbytes.gpu.models.fetch.bring import Fetched, Progress, Silent, fetch

__all__ = ["Fetched", "Progress", "Silent", "fetch"]
