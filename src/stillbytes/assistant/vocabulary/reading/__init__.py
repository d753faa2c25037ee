"""A request as it is read: its parts, what each says, what they leave to each other, and what only looks like one."""
