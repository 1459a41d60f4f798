"""Every failure that svs expects: what went wrong, what to do about it, and the exit code."""


class SvsError(Exception):
    """An expected failure: `message` says what and which file, `hint` what to do about it."""

    exit_code = 1
    printed = False
    """Whether the user has seen it already."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(SvsError):
    """The command line names something that does not exist, or options that do not fit together."""

    exit_code = 2


class InputError(SvsError):
    """The recording cannot be read: it is missing, not media, has no audio, or is damaged."""

    exit_code = 3


class MissingError(SvsError):
    """A tool or a model that the work needs is not installed."""

    exit_code = 4


class NoModelError(MissingError):
    """A recording has to be transcribed, and no Whisper model that can do it is installed."""


class StoreError(SvsError):
    """The job store cannot be read or written, or has no such job."""

    exit_code = 5


class HeldError(StoreError):
    """Another process runs the job, or does something else to it."""


class Stopped(SvsError):  # noqa: N818 - the user's request, not an error
    """A signal asked to stop: exit code 130 after Ctrl-C, 143 after SIGTERM."""

    def __init__(self, message: str, hint: str = "", exit_code: int = 130) -> None:
        super().__init__(message, hint)
        self.exit_code = exit_code


class Cancelled(SvsError):  # noqa: N818 - the same
    """`svs jobs cancel` asked to stop."""
