"""The processes share one log: whole lines, each under its process's name."""

from __future__ import annotations

import io

from infra.local.log import Log


def test_a_line_carries_the_name_of_who_said_it():
    stream = io.StringIO()
    log = Log(stream, coloured=False)

    log.voice("aws")("one")
    log.voice("normal")("two")

    assert stream.getvalue() == "aws    │ one\nnormal │ two\n"


def test_on_a_terminal_the_name_has_a_colour_and_the_line_has_none():
    stream = io.StringIO()

    Log(stream, coloured=True).voice("aws")("one")

    assert stream.getvalue() == "\033[36maws    │ \033[0mone\n"


def test_nobody_fails_because_the_reader_of_the_log_has_gone():
    class Gone(io.StringIO):
        def write(self, _: str) -> int:
            raise BrokenPipeError

    stream = Gone()

    Log(stream, coloured=False).voice("aws")("one")

    assert stream.getvalue() == ""
