"""Persons: their particulars, encrypted, and which of their keys are one human's."""
