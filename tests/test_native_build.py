"""Laws of building the native kernels: only when asked, once, whole, and with one clear error where it fails."""

import shutil
import subprocess
import sys
import threading
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest

from impl.native import RULES, NativeError, available, build, load

built = pytest.mark.skipif(not available(), reason="no C++ compiler")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of libraries of its own, with none loaded yet."""
    monkeypatch.setenv("TORCH_EXTENSIONS_DIR", str(tmp_path / "kept"))
    build.loaded.cache_clear()
    yield tmp_path
    build.loaded.cache_clear()


def stand_in(path: Path, at_work: str) -> str:
    """A compiler that writes a line to a list whenever it is asked to build; `at_work` is what it then does."""
    path.write_text(
        "#!/bin/sh\n"
        'case "$*" in *-dM*) echo "#define STAND_IN 1"; exit 0 ;; esac\n'
        f'echo build >> "{path}.log"\n'
        'while [ $# -gt 1 ]; do [ "$1" = -o ] && out=$2; shift; done; [ "$1" = -o ] || out=${out:-$1}\n'
        f"{at_work}\n"
    )
    path.chmod(0o755)
    return str(path)


def builds(compiler: str) -> int:
    log = Path(f"{compiler}.log")
    return len(log.read_text().splitlines()) if log.exists() else 0


def test_without_a_compiler_the_error_names_it_and_the_way_out(folder, monkeypatch):
    monkeypatch.setenv("CXX", "no-such-compiler")
    assert not available()
    with pytest.raises(NativeError, match=r"no C\+\+ compiler 'no-such-compiler'.*fused=False"):
        load("adamp")


def test_what_the_compiler_says_is_in_the_error_and_nothing_half_made_is_left(folder, monkeypatch):
    compiler = stand_in(folder / "c++", 'echo half > "$out"; echo "no such option" >&2; exit 1')
    monkeypatch.setenv("CXX", compiler)
    with pytest.raises(NativeError, match=r"(?s)no such option.*fused=False"):
        load("adamp")
    assert builds(compiler) == 1
    assert not list(folder.glob("kept/**/adamp*.so"))


def test_a_library_that_cannot_be_kept_or_loaded_is_an_error_with_the_way_out(folder, monkeypatch):
    monkeypatch.setenv("CXX", stand_in(folder / "c++", 'echo "no library" > "$out"'))
    with pytest.raises(NativeError, match=r"(?s)TORCH_EXTENSIONS_DIR.*fused=False"):
        load("adamp")
    (folder / "file").write_text("")
    monkeypatch.setenv("TORCH_EXTENSIONS_DIR", str(folder / "file"))
    with pytest.raises(NativeError, match=r"(?s)TORCH_EXTENSIONS_DIR.*fused=False"):
        load("adamp")


@built
def test_a_kernel_is_built_once_by_whoever_comes_first(folder, monkeypatch):
    real = load("adagrad_g")._name
    compiler = stand_in(folder / "c++", f'sleep 0.2; cp "{real}" "$out"')
    monkeypatch.setenv("CXX", compiler)
    assert available()
    assert builds(compiler) == 0  # asking whether there is one builds nothing
    build.loaded.cache_clear()
    threads = [threading.Thread(target=load, args=("adagrad_g",)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    build.loaded.cache_clear()
    assert load("adagrad_g").run_float
    assert builds(compiler) == 1


@built
def test_another_source_is_another_library(folder, monkeypatch):
    first = load("adagrad_g")._name
    shutil.copytree(build.KERNELS, folder / "kernels")
    with open(folder / "kernels" / "rows.h", "a") as header:
        header.write("// changed\n")
    monkeypatch.setattr(build, "KERNELS", folder / "kernels")
    build.loaded.cache_clear()
    assert load("adagrad_g")._name != first


ALONE = """
from pathlib import Path
from impl.native.build import load
load("adagrad_g")
print(len({line.split()[-1] for line in Path("/proc/self/maps").read_text().splitlines() if "libgomp" in line}))
"""


@built
def test_openmp_is_the_one_that_torch_has_loaded():
    # In a process of its own: other packages bring an OpenMP of theirs.
    home = build.KERNELS.parents[2]
    said = subprocess.run([sys.executable, "-c", ALONE], capture_output=True, text=True, check=True, cwd=home)
    assert int(said.stdout) <= 1


def test_the_sources_are_part_of_an_installed_package():
    data = tomllib.loads((build.KERNELS.parents[2] / "pyproject.toml").read_text())["tool"]["setuptools"][
        "package-data"
    ]
    patterns = data["impl.native"]
    files = [path.relative_to(build.KERNELS.parent) for path in build.KERNELS.iterdir() if path.is_file()]
    assert {f"kernels/{rule}.cpp" for rule in RULES} <= {str(path) for path in files}
    assert all(any(fnmatch(str(path), pattern) for pattern in patterns) for path in files)
