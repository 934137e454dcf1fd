"""The example for GitHub Actions keeps packs and baselines from one machine to the next."""

import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

EXAMPLES = Path(__file__).parents[2] / "pipelines" / "schedules"


def steps() -> list[str]:
    text = (EXAMPLES / "github-actions.yml.example").read_text("utf-8")
    return [step.get("run", "") for step in yaml.safe_load(text)["jobs"]["reports"]["steps"]]


def run_on_a_fresh_machine(origin: Path, machine: Path, made: str) -> str:
    """The recipe in a new clone, with a stand-in for pmo; which baselines it found."""
    subprocess.run(["git", "clone", "-q", origin, machine], check=True, capture_output=True)
    found = ""
    for step in steps():
        if "pmo run" in step:
            found = ",".join(sorted(p.name for p in (machine / "reports/baselines").glob("*")))
            for kept in ("baselines", "reports"):
                (machine / "reports" / kept).mkdir(exist_ok=True)
                (machine / "reports" / kept / made).write_text(made)
        elif "git" in step:
            subprocess.run(["bash", "-e", "-c", step], check=True, cwd=machine, capture_output=True)
    return found


@pytest.mark.skipif(not (shutil.which("git") and shutil.which("bash")), reason="needs git and bash")
def test_baselines_are_there_on_the_next_machine(tmp_path: Path) -> None:
    origin, first = tmp_path / "origin.git", tmp_path / "first"
    subprocess.run(["git", "init", "-q", "--bare", origin], check=True)
    subprocess.run(["git", "clone", "-q", origin, first], check=True, capture_output=True)
    commit = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", "x"]
    subprocess.run([*commit, "--allow-empty"], check=True, cwd=first)
    subprocess.run(["git", "push", "-q", "origin", "HEAD"], check=True, cwd=first)
    found = [run_on_a_fresh_machine(origin, tmp_path / name, name) for name in ("a", "b", "c")]
    assert found == ["", "a", "a,b"]
