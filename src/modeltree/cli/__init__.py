"""The command line: arguments in, one library call, text or a file out."""
