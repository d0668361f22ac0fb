"""Payment batches: claims that are paid together by a bank file, and what the bank's return says of each."""
