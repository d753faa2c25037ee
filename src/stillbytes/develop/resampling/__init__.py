"""From the frame to the developed picture and back: crop, turns, lens and perspective in one resampling."""
