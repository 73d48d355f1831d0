"""From annotated slides to a dataset, and which regions to annotate next."""
