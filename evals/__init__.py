"""How good the three analyses are: every case of tests/data through them, scored against what should come out.

    make eval                             the whole measurement, printed; WRITE=1 writes docs/analyses.md
    python -m evals --case hearing_case   one case
    python -m evals.reading_cost          memory and time of analyses of very large documents
    python -m evals.case_files            makes calls, PDFs and images of the cases out of their sources

Without OPENAI_API_KEY and ANTHROPIC_API_KEY the emulator answers: from prepared facts, so its scores measure plumbing
and checks, never a model. With keys the real models answer.
"""
