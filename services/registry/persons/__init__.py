"""Persons: names on record, two keys of one person merged or separated."""
