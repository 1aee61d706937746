"""Labels, patients and splits as people write them, made uniform."""
