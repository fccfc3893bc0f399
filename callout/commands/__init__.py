"""The words of the command line, one file a word, each exposing a click command named `command`."""
