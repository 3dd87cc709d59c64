"""What the command line says when something is wrong: one line, and an exit status."""


class CommandError(Exception):
    """A clear message for the person at the terminal; `status` is the exit status."""

    def __init__(self, message: str, status: int = 1) -> None:
        super().__init__(message)
        self.status = status


class UsageError(CommandError):
    """Something is missing or wrong in what was asked for."""

    def __init__(self, message: str) -> None:
        super().__init__(message, status=2)
