"""Patterns across institutions and people, found before money leaves; each holds claims until it is settled."""
