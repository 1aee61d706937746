"""A trained model at work for others: a server of HTTP, and a listener for DICOM."""
