"""What every verb shares: exit codes, options, output."""
