"""Versions of the result that a certificate rests on."""
