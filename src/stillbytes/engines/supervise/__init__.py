"""Engines as processes: started, watched, ended with all their children, found again, and heard about."""
