"""How good are the three analyses? Every case of tests/data through them, scored against what should come out.

    make eval                                  the whole measurement; writes build/eval/report.html
    python -m evals --case hearing_case   one case
    python -m evals.extraction            memory and time of reading documents
    python -m evals.case_files            makes calls, PDFs and images of the cases out of their sources

Without OPENAI_API_KEY and ANTHROPIC_API_KEY the provider is the emulator of `infra.local`: it reads by rules, so its
scores measure plumbing and checks, never a model. With keys the real models answer.
"""
