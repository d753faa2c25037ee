"""The photo's own light, cleaned by a network: tile by tile, guarded, and kept beside the sidecar.

`networks` says what each network wants to see, `domains` brings the sensor's light there and back, `tiles` cuts and
joins, `guards` judges what comes back, `work` does it all, and `store` keeps the result.
"""
