"""`python -m stillbytes` is the same as `stillbytes`."""

from stillbytes.app.cli import console

if __name__ == "__main__":
    console()
