"""What is kept from the payment of a claim that comes to less by now: the excess is owed again."""
