"""Instalments of the grants of projects, from which claims are built; the figures that policy sets for grants."""
