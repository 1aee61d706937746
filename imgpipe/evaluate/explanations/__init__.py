"""What a model looked at: importances and occlusion maps."""
