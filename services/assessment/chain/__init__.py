"""The chain that shows tampering: each record of an exam is linked to the one before, and nothing is ever changed."""
