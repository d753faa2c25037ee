"""`python -m stillbytes` is the same as `stillbytes`."""

from stillbytes.app.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
