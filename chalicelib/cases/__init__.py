"""Cases and their documents: what the analyses read and write back. Which file answers which question?

    model                 What is a case, a document, a page of text? And the ports: CaseStore, CaseReader, TextReader.
    changes               How does a case begin, get its call, and end, with everything that belongs to it?
    read                  What may a caller see: a case's outline, its whole file, its documents, a list of cases?
    documents             How does a document come to a case (text, base64, upload), and how does it go?
    pages                 What does one page of a document show: its text, its lines, its picture?
    forget                Which cases does a stage keep no longer?
    checks                What may a document be called? What may clients attach to a case or a document?
    requested_documents   Which of the documents that an analysis asked for are there?
    vapi                  What is a Vapi call, in either of its two shapes?
    webhook               How does a call that Vapi reports come to its case?
    working_form          What do persons set and confirm in form 7801, and what does it show? (a package)
    reader                What may an analysis read? (the CaseReader that runs in the workers)

Use cases are functions: the request first, then keyword-only dependencies; they raise the refusals of `errors`.
The order is always the same: the request is checked (413, 422), then the case is looked up (404), then it is changed.
"""
