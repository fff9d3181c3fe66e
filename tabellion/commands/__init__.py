"""The commands of `tabellion`, one module each; `command` is what the command line calls."""
