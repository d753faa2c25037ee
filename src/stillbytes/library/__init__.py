"""Many photos: folders, previews and batches."""
