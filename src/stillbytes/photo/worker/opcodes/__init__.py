"""Opcodes of DNG files: corrections that a reader has to do (Digital Negative Specification 1.7.1.0, chapter 7).

`lists` reads them, `pixels` does those that change samples, `lens` turns those that move places into a bend.
"""
