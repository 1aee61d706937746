"""With this file here, the folders below find the samples that stand beside it."""
