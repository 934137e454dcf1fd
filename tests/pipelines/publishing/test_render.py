"""One report: published whole, or failed with a plain reason; nothing in between."""

import errno
import os
import pickle
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from pipelines.publishing.html import problems_in
from pipelines.publishing.plan import PlannedReport
from pipelines.publishing.render import Record, Task, record, render
from pipelines.publishing.render_all import render_all

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
SOUND = {"draws", "finds_itself", "good"}
FAILING = sorted({path.stem for path in NOTEBOOKS.glob("*.ipynb")} - SOUND)


def task_in(folder: Path, notebook: str, name: str = "", timeout_seconds: int = 60) -> Task:
    name = name or notebook
    report = PlannedReport(
        name, f"Report <{name}>", "Organisation", notebook,
        {"department": "Legal & Co", "period": "2025-09", "data_dir": ""},
    )  # fmt: skip
    page, executed = folder / f"{name}.html", folder / f"{name}.ipynb"
    return Task(report, str(folder), page, executed, timeout_seconds, NOTEBOOKS)


@pytest.fixture(scope="module")
def rendered(once: Callable[..., Path]) -> "Rendered":
    """The task and record of a fixture notebook, each run once, in the one process of a pool."""

    def make(folder: Path) -> None:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executor:
            for notebook in ("good", *FAILING):
                seconds = 2 if notebook == "takes_too_long" else 60
                task = task_in(folder, notebook, timeout_seconds=seconds)
                done = executor.submit(render, task)
                outcome = done.exception() or done.result()
                (folder / f"{notebook}.pickle").write_bytes(pickle.dumps((task, outcome)))

    folder = once("rendered", make)

    def of(notebook: str) -> tuple[Task, Record]:
        task, outcome = pickle.loads((folder / f"{notebook}.pickle").read_bytes())
        if isinstance(outcome, BaseException):
            raise outcome
        return task, outcome

    return of


Rendered = Callable[[str], tuple[Task, Record]]


class TestGood:
    def test_is_published(self, rendered: Rendered) -> None:
        task, found = rendered("good")
        assert (found.state, found.reason, found.step) == ("published", "", "")
        html = task.page.read_text(encoding="utf-8")
        page = BeautifulSoup(html, "html.parser")
        assert [heading.text for heading in page.find_all("h1")] == [
            "Report on Legal & Co, 2025-09"
        ]
        assert "42" in page.text
        assert problems_in(html) == []

    def test_shows_no_code_and_has_the_title(self, rendered: Rendered) -> None:
        html = rendered("good")[0].page.read_text(encoding="utf-8")
        assert "secret_of_the_code" not in html
        assert "<title>Report &lt;good&gt;</title>" in html

    def test_record_is_that_of_the_report(self, rendered: Rendered) -> None:
        task, found = rendered("good")
        assert (found.name, found.title, found.group, found.file, found.parameters) == (
            "good", "Report <good>", "Organisation", "good.html", task.report.parameters,
        )  # fmt: skip


class TestFailed:
    @pytest.mark.parametrize("notebook", FAILING)
    def test_is_never_published(self, rendered: Rendered, notebook: str) -> None:
        task, found = rendered(notebook)
        assert found.state == "failed"
        assert not task.page.exists()

    @pytest.mark.parametrize(
        ("notebook", "reason"),
        [
            ("raises", "ValueError: no milestones <before> May"),
            ("exits_in_the_middle", "The notebook stopped before its end."),
            ("kills_its_kernel", "The kernel died; most often the machine ran out of memory."),
            ("takes_too_long", "longer than the 2 seconds of report_timeout_seconds in settings"),
            ("image_without_alt", "an image has no alt text"),
            ("page_over_two_megabytes", "bytes, more than 2,000,000"),
            ("remote_script", "the page holds a script"),
        ],
    )
    def test_says_why_in_plain_words(self, rendered: Rendered, notebook: str, reason: str) -> None:
        found = rendered(notebook)[1]
        assert reason in found.reason
        assert "Traceback" not in found.reason

    @pytest.mark.parametrize(
        "notebook",
        [
            "raises",
            "exits_in_the_middle",
        ],
    )
    def test_says_in_which_part(self, rendered: Rendered, notebook: str) -> None:
        assert rendered(notebook)[1].step == "Second part"

    @pytest.mark.parametrize("notebook", ["raises", "kills_its_kernel", "remote_script"])
    def test_keeps_the_details_for_whoever_mends_it(
        self, rendered: Rendered, notebook: str
    ) -> None:
        assert "Traceback" in rendered(notebook)[1].detail

    def test_full_disk_fails_no_single_report_but_is_raised(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(_task: Task) -> Record:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr("pipelines.publishing.render._execute", full)
        with ThreadPoolExecutor(1) as executor, pytest.raises(OSError, match="No space left"):
            render_all([task_in(tmp_path, "good")], executor, lambda _: None)


class TestRenderAll:
    def test_is_the_same_on_every_executor(self, tmp_path: Path) -> None:
        with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as two:
            found = [outcome(tmp_path / "processes", two)]
            # threads leave sockets to the garbage collector, so they have a process of their own
            found.append(two.submit(outcome_of_threads, tmp_path / "threads").result())
        assert found[0][0] == [
            ("raises", "failed", "ValueError: no milestones <before> May", "Second part"),
            ("better", "published", "", ""),
        ]
        assert set(found[0][1]) == {"better.html"}
        assert found[0] == found[1]

    def test_tells_of_each_record_as_it_is_made(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(
            "pipelines.publishing.render_all.render", lambda task: record(task.report)
        )
        told: list[Record] = []
        tasks = [task_in(tmp_path, "good", name) for name in ("a", "b")]
        with ThreadPoolExecutor(1) as executor:
            records = render_all(tasks, executor, told.append)
        assert [item.name for item in records] == ["a", "b"]
        assert sorted(told, key=lambda item: item.name) == list(records)

    def test_process_that_dies_fails_its_report_and_says_so(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("pipelines.publishing.render_all.render", die)
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executor:
            (found,) = render_all([task_in(tmp_path, "good")], executor, lambda _: None)
        assert found.state == "failed"
        assert found.reason.startswith("The process that made it died (BrokenProcessPool")

    def test_executor_that_takes_no_more_work_fails_the_reports(self, tmp_path: Path) -> None:
        executor = ThreadPoolExecutor(1)
        executor.shutdown()
        (found,) = render_all([task_in(tmp_path, "good")], executor, lambda _: None)
        assert found.state == "failed"


Found = tuple[list[tuple[str, ...]], dict[str, bytes]]


def outcome(folder: Path, executor: Executor) -> Found:
    """What is said of a report that fails and one that does not, and the pages that there are."""
    folder.mkdir()
    tasks = [task_in(folder, "raises"), task_in(folder, "good", "better")]
    records = render_all(tasks, executor, lambda _: None)
    pages = {path.name: path.read_bytes() for path in folder.glob("*.html")}
    return [(r.name, r.state, r.reason, r.step) for r in records], pages


def outcome_of_threads(folder: Path) -> Found:
    with ThreadPoolExecutor(2) as executor:
        return outcome(folder, executor)


def die(_task: Task) -> Record:
    os._exit(1)


def test_task_and_record_can_be_carried_to_any_process(tmp_path: Path) -> None:
    task = task_in(tmp_path, "good")
    made = record(task.report, seconds=1.5)
    assert pickle.loads(pickle.dumps((task, made))) == (task, made)
