"""One photo's document: settings, history, sidecar, and how it becomes pictures."""
