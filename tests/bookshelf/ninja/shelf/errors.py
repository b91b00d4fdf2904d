"""Errors of the domain."""


class DuplicateReview(Exception):
    """A reader reviews a book once."""
