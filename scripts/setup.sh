#!/usr/bin/env bash
# Makes .venv ready: system packages, Python, the pinned libraries, Longhand itself (editable).
# Does nothing when nothing changed since the last time, and needs no network when all is there.
#
#   LONGHAND_PYTHON       the Python to build .venv with (3.11 or newer); found by itself otherwise
#   LONGHAND_TORCH_INDEX  where torch comes from, a URL. By default a CPU build on Linux: the usual
#                         Linux wheel brings gigabytes of CUDA. For a GPU: pip (pip's own index)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
here=$PWD
venv=$here/.venv
stamp=$venv/longhand-setup
log=$venv/setup.log

say() { printf '%s\n' "$*" >&2; }
stop() { say "$*"; exit 1; }

# ---- nothing to do? ------------------------------------------------------------------------------
inputs() { cat constraints.txt pyproject.toml scripts/setup.sh scripts/llama-only.cmake; }
fingerprint=$(printf '%s' "$here ${LONGHAND_TORCH_INDEX:-} $(inputs | cksum)")
if [[ -f $stamp && $(<"$stamp") == "$fingerprint" ]] && "$venv/bin/python" -c '' 2>/dev/null; then
    exit 0
fi

# ---- system packages -----------------------------------------------------------------------------
# PySide6 links to these; the xcb ones are for a real display, the font for legible screenshots.
qt_packages=(
    libegl1 libgl1 libglib2.0-0 libxkbcommon0 libdbus-1-3 libfontconfig1 fonts-dejavu-core
    libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-randr0 libxcb-shape0 libxcb-sync1 libxcb-xfixes0
    libxcb-xkb1 libx11-xcb1 libxkbcommon-x11-0
)
# llama-cpp-python has no wheel on the registry: it is compiled once, then kept in pip's cache.
build_packages=(build-essential cmake)
# A real mail server and mail client for tests and benchmarks; those skip where they are missing.
mail_packages=(dovecot-imapd isync)
# A display without a screen, a hand on its mouse and keys, and a keychain, for tests of the real window.
window_packages=(xvfb xdotool dbus gnome-keyring)

installed() { # Ubuntu 24.04 and Debian 13 gave some libraries the ending t64
    local name
    for name in "$1" "$1t64"; do
        dpkg -s "$name" 2>/dev/null | grep -q '^Status: install ok installed' && return 0
    done
    return 1
}

need_packages() { # installs what is missing of "$@", or says in one line what to install
    local missing=() name
    for name in "$@"; do installed "$name" || missing+=("$name"); done
    ((${#missing[@]})) || return 0
    if ((EUID != 0)); then
        stop "Longhand needs system packages; run: sudo apt-get install -y --no-install-recommends ${missing[*]}"
    fi
    say "Installing system packages: ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    local out
    if ! out=$({ apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}"; } 2>&1); then
        say "$out"
        stop "apt-get could not install: ${missing[*]}"
    fi
}

want_packages() { # installs them where it may, with no service started; goes on without them otherwise
    local name here=1 policy=/usr/sbin/policy-rc.d
    for name in "$@"; do installed "$name" || here=0; done
    ((here)) && return 0
    if ((EUID != 0)); then
        say "Some tests are skipped without these: sudo apt-get install -y --no-install-recommends $*"
        return 0
    fi
    [[ -e $policy ]] && policy=
    [[ -n $policy ]] && printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod +x "$policy"
    (need_packages "$@") || say "Going on without them; some tests are skipped."
    [[ -n $policy ]] && rm -f "$policy"
    return 0
}

# ---- Python --------------------------------------------------------------------------------------
suits() { "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
    local name
    for name in ${LONGHAND_PYTHON:+"$LONGHAND_PYTHON"} python3 python3.11 python3.12 python3.13; do
        if suits "$name"; then
            command -v "$name"
            return 0
        fi
    done
    return 1
}

make_venv() {
    "$venv/bin/python" -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && return 0
    local python
    if ! python=$(find_python); then
        command -v apt-get >/dev/null || stop "Longhand needs Python 3.11 or newer: install it from https://www.python.org"
        local version # Debian 12 and Ubuntu 24.04 have a python3 that will do; Ubuntu 22.04 has python3.11 beside it
        version=$(apt-cache show python3 2>/dev/null | sed -n 's/^Version: //p' | head -n 1)
        if dpkg --compare-versions "${version:-3.11}" ge 3.11; then
            need_packages python3 python3-venv
        else
            need_packages python3.11 python3.11-venv
        fi
        python=$(find_python) || stop "Longhand needs Python 3.11 or newer: install python3.11 and python3.11-venv"
    fi
    "$python" -m venv --clear "$venv"
}

# ---- libraries -----------------------------------------------------------------------------------
pip() { "$venv/bin/python" -m pip --disable-pip-version-check --no-input "$@"; }
pinned() { sed -n "s/^$1==//p" constraints.txt; }

already_pinned() { # true when every pin holds; it then (re)links Longhand itself, with no network
    pip install --quiet --no-index --no-build-isolation --constraint constraints.txt --editable '.[dev]' \
        >"$log" 2>&1
}

install_torch() {
    local version wanted
    version=$(pinned torch)
    wanted="torch==$version"
    if [[ ${LONGHAND_TORCH_INDEX:-} == pip || $(uname -s) != Linux ]]; then
        pip install --quiet --no-deps "$wanted"
    elif [[ -n ${LONGHAND_TORCH_INDEX:-} ]]; then
        pip install --quiet --no-deps --index-url "$LONGHAND_TORCH_INDEX" "$wanted"
    else # a CPU build that this machine's pip already knows of, else PyTorch's own index
        pip install --quiet --no-deps "$wanted+cpu" ||
            pip install --quiet --no-deps --index-url https://download.pytorch.org/whl/cpu "$wanted"
    fi
}

install_libraries() {
    local off
    # Only llama.cpp itself. In the environment, not as --config-settings, so that pip caches the wheel.
    CMAKE_ARGS="-DCMAKE_PROJECT_llama.cpp_INCLUDE='$here/scripts/llama-only.cmake' -DGGML_NATIVE=OFF -DLLAVA_BUILD=OFF"
    for off in TOOLS SERVER EXAMPLES TESTS APP; do CMAKE_ARGS+=" -DLLAMA_BUILD_$off=OFF"; done
    export CMAKE_ARGS="$CMAKE_ARGS -DLLAMA_OPENSSL=OFF"
    export CMAKE_BUILD_PARALLEL_LEVEL=${CMAKE_BUILD_PARALLEL_LEVEL:-$(getconf _NPROCESSORS_ONLN)}
    pip install --quiet "pip==$(pinned pip)" &&
        install_torch &&
        pip install --quiet --constraint constraints.txt --editable '.[dev]'
}

if command -v dpkg >/dev/null; then
    need_packages "${qt_packages[@]}"
    want_packages "${mail_packages[@]}" "${window_packages[@]}"
fi
make_venv
if ! already_pinned; then
    if command -v dpkg >/dev/null; then
        need_packages "${build_packages[@]}"
    elif ! command -v c++ >/dev/null; then
        stop "Longhand compiles llama.cpp once and needs a C++ compiler: install one (on macOS: xcode-select --install)"
    fi
    say "Installing Longhand's libraries into .venv (the first time takes some minutes: llama.cpp is compiled)"
    if ! install_libraries >>"$log" 2>&1; then
        tail -n 25 "$log" >&2
        stop "Setting up .venv failed, see above (all of it: .venv/setup.log). Run the same command again to go on."
    fi
fi
printf '%s' "$fingerprint" >"$stamp"
