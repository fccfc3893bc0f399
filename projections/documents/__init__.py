"""The documents that devices pull: rendered when something about them changes, ready to be sent as they are."""
