"""Flags: what looks wrong and an officer has to look at."""
