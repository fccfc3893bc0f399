"""What each operation of a device means: one handler a type, in one file a noun."""
