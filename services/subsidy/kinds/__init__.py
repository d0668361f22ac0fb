"""The kinds of subsidy: what each is built from, to whom it is paid, from which fund, and beside which others."""
