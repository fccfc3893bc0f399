"""Push and pull between the log and the devices, without a web framework."""
