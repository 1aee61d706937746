"""Parts of a synthetic CT patch: tissue, vessels, chest wall, nodule."""
