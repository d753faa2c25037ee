"""What is remembered of a picture's time is what drawing it took, with everything loaded."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from stillbytes.engines.comfyui.job import Event, Finished, Note, Preview, Waiting, Working
from stillbytes.generate.painters.diffusion import Watch

BEGINS = Working(0.0)
LOADS, ENCODES = Working(0.1, "1", "CheckpointLoaderSimple"), Working(0.2, "2", "CLIPTextEncode")
DRAWS, PREVIEW, DONE = Working(0.5, "3", "KSampler", 1, 2), Preview("3", "image/png", b""), Finished(())


@pytest.mark.parametrize(
    ("heard", "seconds"),
    [
        ([(0, BEGINS), (1, LOADS), (31, ENCODES), (32, DRAWS), (36, DONE)], 1 + 5),
        ([(0, Waiting(2)), (50, Waiting(0)), (60, BEGINS), (60, DRAWS), (64, PREVIEW), (65, DONE)], 5),
        ([(0, BEGINS), (0, LOADS), (20, Note("1", "")), (30, ENCODES), (31, DRAWS), (36, DONE)], 6),
        ([(0, BEGINS), (0, LOADS), (30, PREVIEW), (35, DONE)], 5),  # its first step was not told
        ([(0, ENCODES), (2, Working(0.3, "4", "VAELoader")), (12, DRAWS), (17, DONE)], 7),
        ([(0, BEGINS), (5, Waiting(0)), (9, BEGINS), (12, DONE)], 3),  # begun anew
        ([(0, Waiting(0)), (90, DONE)], 0),  # nothing is known of it
    ],
)
def test_neither_queue_nor_loading_counts(heard: Sequence[tuple[float, Event]], seconds: float) -> None:
    watch = Watch()
    for now, event in heard:
        watch.hears(event, now)
    assert watch.seconds == pytest.approx(seconds)
