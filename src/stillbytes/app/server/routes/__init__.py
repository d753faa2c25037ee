"""The routes of the REST interface and the live socket, a file for each topic."""
