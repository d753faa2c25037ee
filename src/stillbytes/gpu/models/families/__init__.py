"""The models, one file per family. Each file has MODELS; adding a file is all it takes to add a family."""
