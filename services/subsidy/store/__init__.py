"""The subsidy's tables: every statement it sends, each of them explicit."""
