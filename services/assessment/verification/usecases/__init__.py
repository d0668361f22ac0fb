"""Use cases of this topic: verify, give codes, keep who looked."""
