"""The parts of a person: faces and what is in them, and what whole people consist of."""
