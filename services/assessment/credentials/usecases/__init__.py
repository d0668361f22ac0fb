"""Use cases of this topic: sign, publish the status, print."""
