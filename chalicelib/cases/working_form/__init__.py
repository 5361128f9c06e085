"""The working form: form 7801 as the newest analysis left it, under what persons set and confirmed.

model      What did persons set, add, remove and confirm? And the ports: FormStore, FormRules.
rows       Which item of a list is which, from one analysis to the next?
shown      What does the form show, field by field, and what is left to do?
edit       What does a request for changes make of it?
requests   The use cases: read it, change it, its history, and what an analysis that ends changes for its case.
"""
