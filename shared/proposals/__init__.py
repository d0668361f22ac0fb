"""Steps that take two people: one proposes them with a reason, another confirms or rejects them."""
