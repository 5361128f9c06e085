"""Everything around the product: the local stack, deployment, operations. Never imported by chalicelib or shipped."""
