"""From folders into the catalogue."""
