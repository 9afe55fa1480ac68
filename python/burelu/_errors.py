"""What burelu raises. What an optimisation came to is never an exception: see the status of a result."""


class BureluError(Exception):
    """Everything that burelu raises of its own."""


class DataError(BureluError, ValueError):
    """Data or an option that cannot be used; the sentence names the place and says what to do."""


class DeviceError(BureluError, RuntimeError):
    """A device that is absent or that failed before a bound was proven."""


class OutOfMemoryError(BureluError, MemoryError):
    """The problem needs more memory than there is; said before allocating, with the estimate."""
