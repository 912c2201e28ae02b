"""What a client cannot take: time, places, metrics of others; and what the process tells."""
