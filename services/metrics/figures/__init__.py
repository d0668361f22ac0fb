"""Figures of indicators that no fact feeds, entered by hand with their source and a second person."""
