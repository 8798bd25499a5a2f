"""For PyInstaller: what llama_cpp loads by name, which no analysis of imports finds."""

import sys
from pathlib import Path

from PyInstaller.utils.hooks import get_package_paths

_FOLDER = Path(get_package_paths("llama_cpp")[1]) / "lib"
# Its `lib` holds each library up to three times, under the names that a linker, a loader and a person look
# for. These are loaded: llama by the bindings, what computes (ggml-cpu-haswell, ...) by ggml. What they
# were linked with PyInstaller finds by itself.
_LOADED = {
    "linux": ("libllama.so", "libggml-*-*.so"),
    "darwin": ("libllama.dylib", "libggml-*-*.so"),
    "win32": ("*.dll",),
}[sys.platform]

binaries = [(str(path), "llama_cpp/lib") for each in _LOADED for path in sorted(_FOLDER.glob(each))]
if not binaries:
    raise SystemExit(f"llama.cpp's libraries are not in {_FOLDER}")
# They find each other in their own folder: a link in the top one is of no use.
bindepend_symlink_suppression = ["**/llama_cpp/lib/*"]
excludedimports = ["llama_cpp.server"]
