"""The exceptions of Understudy: one root and the few subclasses that some caller treats differently.

    UnderstudyError            exit 70, not retryable
    |-- UsageError             exit 64: the caller's words or settings are wrong
    |-- Unavailable            exit 69, retryable: a broker, database or deployment does not answer
    |-- BadRecord              exit 65: bytes that are not the record they should be
    `-- Refused                exit 77: the request is understood and not allowed

Outcomes of an experiment (a timeout, an abstention, a broken judge) are values and never live here.
A message says what, which, and what to do; it never holds payload text or a secret.
"""


class UnderstudyError(Exception):
    """Root of every exception that Understudy raises on purpose."""

    exit_code: int = 70
    retryable: bool = False


class UsageError(UnderstudyError):
    """The caller's words, settings or files are wrong; the message says how to mend them."""

    exit_code = 64


class Unavailable(UnderstudyError):
    """A service that is needed does not answer; trying again may help."""

    exit_code = 69
    retryable = True


class BadRecord(UnderstudyError):
    """Bytes that are not the record they should be; the record is counted and set aside, never guessed."""

    exit_code = 65


class Refused(UnderstudyError):
    """Understood and not allowed: a candidate outside the allow list, an expired experiment, a wrong token."""

    exit_code = 77
