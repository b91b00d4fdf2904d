"""The command line: one of the two faces. It reads the disk, asks the façade and prints."""
