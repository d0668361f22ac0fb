"""Reports of the public about an institution, a class, an exam or a claim: received without a token, answered."""
