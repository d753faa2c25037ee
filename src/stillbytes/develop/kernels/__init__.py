"""The pipeline's inner loops, written in Halide and compiled ahead of time into one shared library per CPU level.

`build` and what it imports need the `halide` package and run when Stillbytes is built; `load` runs on the user's
machine and needs only ctypes.
"""
