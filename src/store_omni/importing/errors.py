"""Why an import cannot begin, and why a row is not taken. These speak to the operator at a terminal, in English."""


class ImportRefused(Exception):
    """Nothing was imported; the message says why and what to do."""


class RowRefused(Exception):
    """This row is not taken; the message is the reason in the rejects file."""


class UnclearDate(Exception):
    """A date has two readings. Taking one of them could be wrong for the whole file, so nothing is imported."""
