"""PostgreSQL: its address, sessions, and whether it is ready."""
