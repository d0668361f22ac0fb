"""The ledger: every move of money as double entry, per region, fund source and year; postings are only added."""
