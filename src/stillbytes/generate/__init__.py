"""What is made or found for a photo: looks, and patches that take the place of its own pixels."""
