"""Errors of the domain, and how they are answered."""

from rest_framework import status
from rest_framework.exceptions import APIException


class DuplicateReview(APIException):
    status_code = status.HTTP_409_CONFLICT
    default_detail = "You have reviewed this book already."
