"""Appeals of candidates against their results: answered by a day, by a person who did not mark."""
