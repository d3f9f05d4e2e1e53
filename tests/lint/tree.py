"""What the lints share: which files are ours, and how they are compiled."""

import json
import os
import shlex
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def files(root=ROOT):
    """Paths of our files, tracked or about to be, relative to root and sorted."""
    git = subprocess.run(
        ["git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "."],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    if git.returncode == 0:
        names = git.stdout.decode().split("\0")
        return sorted({n for n in names if n and os.path.isfile(os.path.join(root, n))})
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = [f for f in folders if f not in (".git", "build", "node_modules")]
        found += [os.path.relpath(os.path.join(folder, n), root) for n in names]
    return sorted(found)


def is_cpp(path):
    return path.endswith((".h", ".cc"))


def is_test(path):
    """Units' tests, what only tests link, and everything in tests/."""
    name = os.path.splitext(os.path.basename(path))[0]
    return path.startswith("tests/") or name.endswith("_test") or any(
        word in ("testing", "fake", "suite", "fuzz") for word in name.split("_"))


def read(path, root=ROOT):
    with open(os.path.join(root, path), encoding="utf-8", errors="replace") as f:
        return f.read()


def _clang_arguments(command):
    """g++'s command as clang takes it, without the precompiled header."""
    kept, skip = [], 0
    words = shlex.split(command)
    for i, word in enumerate(words):
        if skip:
            skip -= 1
        elif word in ("-o", "-c"):
            skip = 1 if word == "-o" else 0
        elif word == "-include" and words[i + 1].endswith("cmake_pch.hxx"):
            skip = 1
        elif word not in ("-Winvalid-pch", "-fpch-preprocess", "-Wno-psabi", "-Werror"):
            kept.append(word)
    while kept and not kept[0].endswith("++") and not kept[0].startswith("-"):
        kept.pop(0)  # ccache and what sets it up
    start = next(i for i, w in enumerate(kept) if w.startswith("-"))
    return ["clang++"] + kept[start:] + ["-Wno-unknown-warning-option"]


def compile_commands(build):
    """{path relative to ROOT: (folder, arguments for clang)} of our sources in a build folder."""
    database = os.path.join(build, "compile_commands.json")
    if not os.path.exists(database):
        sys.exit(f"{database} is missing: configure first (cmake --preset dev)")
    commands = {}
    with open(database, encoding="utf-8") as f:
        for entry in json.load(f):
            path = os.path.relpath(entry["file"], ROOT)
            if not path.startswith(("build/", "../")):
                commands[path] = (entry["directory"], _clang_arguments(entry["command"]))
    return commands


def report(lint, problems, looked_at):
    """Prints the problems and ends the program: 1 if there are any."""
    for problem in problems:
        print(problem)
    print(f"{lint}: {len(problems)} problems in {looked_at} files")
    sys.exit(1 if problems else 0)
