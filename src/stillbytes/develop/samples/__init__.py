"""The samples of a photo before anything is made of them: noise, defects, stripes, clipped highlights."""
