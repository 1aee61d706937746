"""Image files changed at random: each must be refused in one line, or be read sanely."""
