"""Use cases of this topic: they load, decide by rules, save and record facts; they never commit."""
