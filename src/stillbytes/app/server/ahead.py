"""The photo that the page will show first, read while the server is still being imported."""

from __future__ import annotations

import threading
from concurrent.futures import Future

from stillbytes.core.errors import NotFound
from stillbytes.library.folder import Folder, Listed
from stillbytes.photo.decode import begin, embedded_preview


def first_of(folder: Folder) -> Listed:
    """Raises NotFound when there is none."""
    listed = folder.photos()
    if not listed:
        raise NotFound("There are no photos in this folder.", "Open another one.")
    return next((photo for photo in listed if photo.path == folder.first), listed[0])


class Ahead:
    """In the background: the camera's preview of a folder's first photo, then its samples, for who decodes it."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._preview: Future[tuple[str, bytes]] = Future()
        threading.Thread(target=self._read, name="ahead", daemon=True).start()

    def wait(self) -> None:
        """Until the preview has been read, or cannot be."""
        self._preview.exception()

    def preview(self, id: str) -> bytes | None:
        """That of this photo, if it is the one that was read."""
        if self._preview.exception() is not None or self._preview.result()[0] != id:
            return None
        return self._preview.result()[1]

    def _read(self) -> None:
        try:
            first = first_of(self._folder)
            self._preview.set_result((first.id, embedded_preview(first.path).jpeg))
            begin(first.path)
        except Exception as error:  # whoever opens the photo is told
            self._preview.set_exception(error)
