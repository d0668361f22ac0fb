"""A province that all cases of this folder share, for each log."""

from tests.system.cases import play

__all__ = ["play"]
