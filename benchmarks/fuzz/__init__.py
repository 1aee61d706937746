"""Bundles changed at random, as an attacker would: each must be refused, or predict sanely."""
