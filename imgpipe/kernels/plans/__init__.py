"""What a call prepares once for a shape and keeps: dtypes and plans."""
