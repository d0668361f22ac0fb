"""Quotes: what would be paid for a class or a person, by which row, before there is a claim."""
