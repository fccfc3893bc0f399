"""The handlers of operations: one for each type, one file for each noun."""
