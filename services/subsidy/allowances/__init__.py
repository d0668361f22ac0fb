"""What living allowances rest on: who is in an entitled group, and on how many days each trainee attended."""
