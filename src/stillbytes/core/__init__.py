"""Small building blocks without third-party imports beyond numpy and pydantic."""
