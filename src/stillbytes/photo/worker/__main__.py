"""The decoding process."""

from stillbytes.photo.worker.serving import main

if __name__ == "__main__":
    main()
