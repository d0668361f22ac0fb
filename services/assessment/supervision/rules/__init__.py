"""Rules and values of this topic: pure, without I/O."""
