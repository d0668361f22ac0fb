"""What is counted, and the fold that keeps it: from facts to contributions, from contributions to cells."""
