"""Filing a class and every step of it, from approval to completion or cancellation."""
