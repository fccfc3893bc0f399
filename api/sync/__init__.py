"""The door of the sync protocol: who is asking, bytes in, bytes out; one file a verb."""
