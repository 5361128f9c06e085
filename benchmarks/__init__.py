"""What does Casework cost, and is it quick? `make bench` measures it beside its peers; docs/performance.md tells."""
