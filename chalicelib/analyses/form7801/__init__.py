"""Form 7801: what the analysis of documents for the general disability claim is made of."""
