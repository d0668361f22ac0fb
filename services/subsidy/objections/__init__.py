"""Objections of the public to lines of a claim that was made public: received without a token, answered in time."""
