"""The assistant in the server: what the page is told of it, and the work that takes a while."""
