"""Judges what was observed of a service against its contract: one Check a criterion."""
