"""Finding photos by what is meant: pictures and sentences as vectors of one space, compared by their angle."""
