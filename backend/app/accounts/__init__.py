"""Accounts: who is who, and how long they stay signed in."""
