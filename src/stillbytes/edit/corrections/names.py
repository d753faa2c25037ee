"""The properties of a sidecar that hold corrections."""

ARRAY = "crs:MaskGroupBasedCorrections"
WRITTEN = "sb:Corrections"
"""The CorrectionSyncIDs of our adjustments that were in the array when we last wrote it."""
LEFT = "sb:CorrectionsLeft"
"""Those of the others, which were told of before."""
ASIDE = "sb:CorrectionsAside"
"""Corrections of other programs that were removed here, whole, for when that is undone."""
OLD_ARRAYS = ("crs:GradientBasedCorrections", "crs:CircularGradientBasedCorrections", "crs:PaintBasedCorrections")
ALL = (ARRAY, WRITTEN, LEFT, ASIDE, *OLD_ARRAYS)
