"""What finds things in photos: one file for each kind of mask that is found."""
