"""Review of submitted claims: return, reject, approve."""
