"""What the bank paid once more for a claim: recorded, recovered, given up or taken back, each by two persons."""
