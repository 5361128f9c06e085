"""Progress of jobs while somebody looks on: a bar each on a terminal, one line a change elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from chalicelib.analyses import catalogue
from clients.python.casework import Job


def display_name(job_type: str) -> str:
    """The analysis's name for people: "Call analysis"."""
    analysis = catalogue().get(job_type)
    return job_type if analysis is None else analysis.title.removesuffix(" job")


class Bars:
    """The bars of the jobs of these types; use it as a context manager."""

    def __init__(self, console: Console, job_types: Sequence[str]) -> None:
        self._console = console
        self._names = {job_type: display_name(job_type) for job_type in job_types}
        self._width = max(map(len, self._names.values()), default=0)
        self._progress = Progress(
            TextColumn("{task.fields[name]}"),
            BarColumn(bar_width=30),
            TextColumn("{task.percentage:>3.0f}%"),
            TimeElapsedColumn(),
            TextColumn("{task.fields[message]}", markup=False),
            console=console,
            disable=not console.is_terminal,
        )
        self._tasks: dict[str, TaskID] = {
            job_type: self._progress.add_task("", total=100, name=f"{name:<{self._width}}", message="")
            for job_type, name in self._names.items()
        }
        self._printed: dict[str, str] = {}

    def __enter__(self) -> Bars:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def show(self, job: Job) -> None:
        """Bring one job's bar to where the job is."""
        job_type, message = job["job_type"], job["progress_message"]
        self._progress.update(self._tasks[job_type], completed=job["progress"], message=message)
        if job["done"]:
            self._progress.stop_task(self._tasks[job_type])
        line = f"{self._names[job_type]:<{self._width}} {job['progress']:>3}%  {message}"
        if not self._console.is_terminal and self._printed.get(job_type) != line:
            self._printed[job_type] = line
            self._console.print(line, markup=False, highlight=False)
