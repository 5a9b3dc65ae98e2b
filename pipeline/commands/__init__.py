"""What the commands do, one module each; pipeline.__main__ only parses arguments."""
