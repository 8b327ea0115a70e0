"""The kernels' shared libraries: compiled when first asked for, once a machine, and kept.

A kernel speaks C, and is called by ctypes: no header of torch has to be compiled, so that a rule takes a second and not
half a minute, and a library outlives the version of torch.
"""

import ctypes
import hashlib
import logging
import os
import shlex
import shutil
import subprocess
from functools import cache
from pathlib import Path

import torch

KERNELS = Path(__file__).parent / "kernels"
FLAGS = ("-std=c++17", "-O3", "-march=native", "-fno-math-errno", "-fno-trapping-math", "-fopenmp", "-shared", "-fPIC")
"""No -ffast-math: what is NaN or infinite stays so, and sums are reordered only where `omp simd` says so."""
log = logging.getLogger("impl.native")


class NativeError(RuntimeError):
    """There is no native kernel here, or not for this; the message says why, and what to do."""


def compiler() -> str:
    """The C++ compiler, CXX or g++; NativeError without one."""
    name = os.environ.get("CXX", "g++")
    found = shutil.which(name)
    if found is None:
        raise NativeError(
            f"fused=True: there is no C++ compiler {name!r} to build the kernel with; install g++, set CXX to one that "
            "takes its options, or use fused=False"
        )
    return found


def available() -> bool:
    """Whether there is a compiler to build the kernels with; nothing is built."""
    try:
        return bool(compiler())
    except NativeError:
        return False


def folder() -> Path:
    """Where the libraries are kept: in torch's folder of extensions, TORCH_EXTENSIONS_DIR or below the user's cache."""
    user = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get("TORCH_EXTENSIONS_DIR") or user / "torch_extensions") / "orthodrome"


def load(rule: str) -> ctypes.CDLL:
    """The library of `rule`, built if it is not there yet; a log message says so. NativeError where it cannot be built,
    which is not tried again in this process.

    Its name is a digest of the sources, the options, the compiler and the processor's abilities, so that a folder can
    be shared by machines.
    """
    found = loaded(rule)
    if isinstance(found, NativeError):
        raise NativeError(str(found))
    return found


@cache
def loaded(rule: str) -> ctypes.CDLL | NativeError:
    """What `load` returns or raises."""
    try:
        return _load(rule)
    except NativeError as error:
        return error


def _load(rule: str) -> ctypes.CDLL:
    program = compiler()
    command = [program, *FLAGS, str(KERNELS / f"{rule}.cpp"), *_openmp()]
    parts = [path.read_bytes() for path in sorted(KERNELS.glob("*.h"))] + [(KERNELS / f"{rule}.cpp").read_bytes()]
    parts += [shlex.join([*FLAGS, *_openmp()]).encode(), _macros(program)]
    digest = hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]
    library = folder() / f"{rule}-{digest}.so"
    try:
        if not library.exists():
            _build(command, library)
        return ctypes.CDLL(str(library))
    except OSError as error:
        raise NativeError(
            f"fused=True: the kernel of {rule} cannot be kept as, or loaded from, {library} ({error}); delete it, "
            "or set TORCH_EXTENSIONS_DIR to a folder that you can write to, or use fused=False"
        ) from error


def _build(command: list[str], library: Path) -> None:
    """Compile under another name and rename: no process ever sees half a library, nor do two build at once."""
    library.parent.mkdir(parents=True, exist_ok=True)
    with open(library.with_suffix(".lock"), "w") as lock:
        _wait_for(lock.fileno())
        if library.exists():
            return  # another process has just built it
        partial = library.with_suffix(f".{os.getpid()}.so")
        log.info("building %s with %s", library.name, command[0])
        try:
            _output([*command, "-o", str(partial)])
            partial.replace(library)
        finally:
            partial.unlink(missing_ok=True)


def _wait_for(lock: int) -> None:
    try:
        import fcntl
    except ImportError:  # no such locks here: two builds at worst
        return
    fcntl.flock(lock, fcntl.LOCK_EX)


def _openmp() -> list[str]:
    """torch's own OpenMP, where it comes with one: two runtimes in a process would each have threads of their own."""
    own = sorted((Path(torch.__file__).parent / "lib").glob("libgomp*.so*"))
    own += sorted((Path(torch.__file__).parent.parent / "torch.libs").glob("libgomp*.so*"))
    return [str(own[0]), "-Wl,--as-needed"] if own else []


def _macros(program: str) -> bytes:
    """What the compiler predefines: its version, and every ability of the processor that -march=native finds."""
    return _output([program, "-march=native", "-dM", "-E", "-x", "c++", os.devnull])


def _output(command: list[str]) -> bytes:
    done = subprocess.run(command, capture_output=True)
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()[-2000:]
        raise NativeError(
            f"fused=True: `{shlex.join(command)}` failed:\n{said}\nSet CXX to a g++ of version 9 or newer, or use "
            "fused=False"
        )
    return done.stdout
