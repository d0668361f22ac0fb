"""Numbers of certificates: their form, the blocks from which bodies draw them, and what became of each."""
