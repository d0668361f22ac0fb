"""What is done with sheets of targets: loading one from a file, and reading it with its sums."""
