"""What is shipped: the wheel holds the tree, installs alone and works far from the checkout."""

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = (ROOT / "compiler/audience", ROOT / "grammar/audience_grammar")


def run(*command: str | Path, cwd: Path) -> str:
    """What a command says; fails with its words. Nothing of this process's environment leads back to the checkout."""
    hidden = {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "FORCE_COLOR"}
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    environment |= {"COLUMNS": "120", "NO_COLOR": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    done = subprocess.run(
        list(map(str, command)), cwd=cwd, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    assert done.returncode == 0, f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel made from the sdist, as a release is."""
    dist = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", dist, ROOT, cwd=dist)
    assert len(list(dist.glob("*.tar.gz"))) == 1
    (made,) = dist.glob("*.whl")
    return made


def test_the_wheel_holds_the_tree(wheel: Path) -> None:
    """No file is forgotten (a grammar that is missing loads as an empty one) and none slips in."""
    tree = {
        str(path.relative_to(package.parent))
        for package in PACKAGES
        for path in package.rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    with zipfile.ZipFile(wheel) as archive:
        shipped = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert shipped == tree
    assert "audience/py.typed" in shipped


def test_the_wheel_works_in_a_clean_environment(wheel: Path, tmp_path: Path) -> None:
    home, elsewhere = tmp_path / "venv", tmp_path / "elsewhere"
    elsewhere.mkdir()
    venv.create(home, with_pip=True)
    scripts = home / "bin"
    run(scripts / "python", "-m", "pip", "install", "-qq", "-c", ROOT / "constraints.txt", wheel, cwd=elsewhere)
    place = run(scripts / "python", "-c", "import audience; print(audience.__file__)", cwd=elsewhere)
    assert Path(place.strip()).is_relative_to(home)
    told = run(scripts / "audience", "demo", cwd=elsewhere)
    assert "of 3,000 people match" in told, "the demo needs nothing but the wheel"
    assert list(elsewhere.iterdir()) == []
