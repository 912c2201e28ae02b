"""The assistant: what is said in words becomes operations on the speaker's own tasks."""
