"""What is made or found for a photo: looks."""
