"""This topic over HTTP."""
