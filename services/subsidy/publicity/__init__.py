"""What is public of claims before they are approved: a list, a file and a page, without a token."""
