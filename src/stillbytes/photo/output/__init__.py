"""Pictures out: export formats, encoders, the way into a profile's colours, and credentials."""
