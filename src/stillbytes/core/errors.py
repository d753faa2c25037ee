"""The errors a person can meet. Each says what happened, to what, and what to do about it."""

from stillbytes.core.saying import said


class StillbytesError(Exception):
    """Base of every error raised on purpose.

    message: what happened, and to which file, model or value.
    remedy: what the person can do about it; empty when there is nothing to add.
    """

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(f"{message} {remedy}".strip())
        self.message = message
        self.remedy = remedy


class UnreadablePhoto(StillbytesError):
    """A file that is not a photo, is damaged, or made its decoder crash or hang."""


class InvalidSetting(StillbytesError):
    """A develop parameter that does not exist, or a value outside what it allows."""


class SidecarError(StillbytesError):
    """A sidecar that cannot be read or written. The file on disk is left as it is."""


class ExportError(StillbytesError):
    """A picture that could not be written."""


class UnusablePicture(StillbytesError):
    """A picture that can be read but cannot serve for what was asked."""


class NotFound(StillbytesError):
    """A photo, version or job that does not exist or is outside the opened folders."""


class EngineError(StillbytesError):
    """An engine that cannot be found, started, reached or understood, or that refused a job."""


class EngineCrashed(EngineError):
    """An engine that ended while it had work; the next job starts it again.

    brief: what happened, without its last words, which can be many.
    """

    def __init__(self, brief: str, remedy: str = "", last_words: str = "") -> None:
        words = said("{brief} Its last words: {last}", brief=brief, last=last_words) if last_words else brief
        super().__init__(words, remedy)
        self.brief = brief


class OutOfMemory(EngineError):
    """An engine's memory, on the device or the host, did not suffice for a job."""


class ModelError(StillbytesError):
    """A model that is unknown, missing, damaged, or could not be downloaded."""


class Refused(StillbytesError):
    """A job that the broker cannot let run on this machine, with what would have to change."""


class Cancelled(StillbytesError):
    """Work that its owner stopped."""

    def __init__(self, message: str = "Cancelled.", remedy: str = "") -> None:
        super().__init__(message, remedy)
