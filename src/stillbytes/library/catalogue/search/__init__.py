"""Finding photos: a language for people, conditions for SQLite."""
