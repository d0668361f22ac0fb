"""Pure values that any domain may use; no input or output, no clock, no framework."""
