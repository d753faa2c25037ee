"""The library as the server holds it: its catalogue, its previews, what happens to its folders."""
