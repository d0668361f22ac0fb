"""The tables that facts are folded into, and the rebuild that derives them again from the log."""
