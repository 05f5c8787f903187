"""The rules of the house as a test: tidy.py [ROOT] prints violations as file:line: sentence; exit 1 if any.

Data stands in floors.txt (who may include whom), doors.txt (who may include which library) and words.txt
(which words have no place); canary_test.py shows that each rule fires. Only Python's standard library.
"""
import fnmatch
import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TOP_LEVEL = {"CMakeLists.txt", "CMakePresets.json", "README.md", "broker", "adapters", "common", "config",
             "tests", ".ci", ".clang-format", ".clang-tidy", ".git-blame-ignore-revs", ".gitignore"}
CPP = (".h", ".cc")
TEXT = CPP + (".py", ".md", ".txt", ".cmake", ".toml", ".json", ".inc", ".ts", ".mjs", ".css", ".html",
              ".mustache", ".supp", ".case", ".svg")
LINES_MAX, TEST_LINES_MAX, FUNCTION_LINES_MAX, HEADER_COMMENT_LINES = 600, 800, 60, range(2, 9)
QUOTED = re.compile(r'("(?:\\.|[^"\\])*")|//.*$')
BLOB_BYTES_MAX = 1024 * 1024
SUBJECT_CHARS_MAX = 72
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]')
STANDARD = re.compile(r"^[a-z_0-9]+$|^std(int|def|lib|io|arg)\.h$|^(string|errno|limits|math|assert)\.h$")
OPEN_END = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b(?!\(#\d+\))")
MACHINE_PATH = re.compile(r"(?<![\w.~$}-])/(home|root|work|Users)/[\w.]")


class Tree:
    """The files of a checkout: tracked, and new ones that are not ignored."""

    def __init__(self, root):
        self.root = root
        self.git = os.path.exists(os.path.join(root, ".git"))
        if self.git:
            out = subprocess.run(["git", "-C", root, "ls-files", "-coz", "--exclude-standard"],
                                 capture_output=True, check=True)
            names = [name for name in out.stdout.decode().split("\0") if name]
        else:
            names = [os.path.relpath(os.path.join(folder, name), root)
                     for folder, _, files in os.walk(root) for name in files]
        self.paths = sorted(name for name in set(names) if os.path.isfile(os.path.join(root, name)))
        self.lines = {path: self.read(path).split("\n") for path in self.paths if self.is_text(path)}
        self.cpp = [path for path in self.paths if path.endswith(CPP)]

    def read(self, path):
        with open(os.path.join(self.root, path), encoding="utf-8", errors="replace") as file:
            return file.read()

    def is_text(self, path):
        if path.endswith(TEXT) or "." in os.path.basename(path):
            return path.endswith(TEXT)
        with open(os.path.join(self.root, path), "rb") as file:
            return file.read(2) == b"#!"  # scripts without a suffix

    def code(self, path, strings=False):
        """Lines of a C++ file without comments, without the insides of strings unless asked for; includes whole."""
        for number, line in enumerate(self.lines[path], 1):
            if not INCLUDE.match(line):
                line = QUOTED.sub(lambda found: (found[0] if strings else '""') if found[1] else "", line)
            yield number, line


def read_table(name):
    """Rows of a data file: key and the words after it."""
    with open(os.path.join(HERE, name), encoding="utf-8") as file:
        rows = [line.split("#")[0].split() for line in file]
    return {row[0].rstrip(":"): row[1:] for row in rows if row}


def within(path, names):
    return any(path == name or path.startswith(name + "/") for name in names)


def check_floors(tree):
    floors = read_table("floors.txt")
    for path in tree.cpp:
        room = next((room for room in floors if path.startswith(room + "/")), None)
        if room is None:
            yield path, 1, "stands in no room of floors.txt"
            continue
        allowed = [room] + [name for name in floors[room] if not name.startswith("-")]
        refused = [name[1:] for name in floors[room] if name.startswith("-")]
        for number, line in enumerate(tree.lines[path], 1):
            found = INCLUDE.match(line)
            if not found or found[1] != '"' or found[2].endswith("_embedded.h"):
                continue
            if "/" not in found[2]:
                yield path, number, f'include "{found[2]}" from the repository root'
            elif not within(found[2], allowed) or within(found[2], refused):
                yield path, number, f"{room} may not include {found[2]}"


def check_doors(tree):
    doors = read_table("doors.txt")
    used = {}  # (prefix, pattern) -> files
    for path in tree.cpp:
        for number, line in enumerate(tree.lines[path], 1):
            found = INCLUDE.match(line)
            if not found or found[1] != "<" or STANDARD.match(found[2]):
                continue
            prefix = next((prefix for prefix in doors if found[2].startswith(prefix)), None)
            if path.startswith("broker/core/"):
                yield path, number, f"broker/core may not include <{found[2]}>"
            elif prefix is None:
                yield path, number, f"<{found[2]}> has no door in doors.txt"
            else:
                patterns = [word.partition(":")[0] for word in doors[prefix]]
                pattern = next((pattern for pattern in patterns if fnmatch.fnmatch(path, pattern)), None)
                if pattern is None:
                    yield path, number, f"<{found[2]}> is opened by {' '.join(patterns)} only"
                else:
                    used.setdefault((prefix, pattern), []).append(path)
    for (prefix, pattern), paths in used.items():
        most = next(int(word.partition(":")[2] or 1) for word in doors[prefix] if word.partition(":")[0] == pattern)
        if not pattern.startswith(("*", "tests/")) and len(set(paths)) > most:
            yield paths[-1], 1, f"{prefix} has more than {most} doors: {' '.join(sorted(set(paths)))}"


def check_words(tree):
    with open(os.path.join(HERE, "words.txt"), encoding="utf-8") as file:
        rows = [line.strip().split(" :: ") for line in file if line.strip() and not line.startswith("#")]
    for where, expression, why in rows:
        pattern, *exempt = where.split(" -")
        for path in tree.cpp:
            if fnmatch.fnmatch(path, pattern) and path not in exempt:
                for number, line in tree.code(path, strings=expression.startswith('"')):
                    if re.search(expression, line):
                        yield path, number, f"forbidden here: {why}"


def check_tries(tree):
    """Formatted code: an initializer's brace has something right after it, a block's has not."""
    for path in tree.cpp:
        text = "\n".join("" if INCLUDE.match(line) else line for _, line in tree.code(path))
        opened = []  # at each place the brackets around it
        for match in re.finditer(r"[({\[]|[)}\]]|\bTRY\(", text):
            if match[0] == "TRY(":
                around = "".join(opened).rpartition("B")[2]
                if "I" in around and not text[:match.start()].endswith("#define "):
                    yield path, text[:match.start()].count("\n") + 1, "TRY between braces leaks: see result.h"
                opened.append("(")
            elif match[0] in "({[":
                initializer = not text[match.end():match.end() + 1].isspace()
                opened.append("(" if match[0] != "{" else "I" if initializer else "B")
            elif opened:
                opened.pop()


def check_sizes(tree):
    for path in tree.paths:
        size = os.path.getsize(os.path.join(tree.root, path))
        if size > BLOB_BYTES_MAX:
            yield path, 1, f"{size} bytes, at most {BLOB_BYTES_MAX}"
    for path in tree.cpp + [path for path in tree.paths if path.endswith((".py", ".ts", ".mjs"))]:
        most = TEST_LINES_MAX if path.startswith("tests/") else LINES_MAX
        most = 250 if path == "tests/tidy/tidy.py" else most
        if len(tree.lines[path]) - 1 > most:
            yield path, most, f"{len(tree.lines[path]) - 1} lines, at most {most}"
    for path in tree.cpp:
        for indent in ("", "  "):  # formatted code: a function closes where the line that opened it began
            begin = 1
            for number, line in enumerate(tree.lines[path], 1):
                if line == indent + "}" and number - begin + 1 > FUNCTION_LINES_MAX:
                    yield path, begin, f"{number - begin + 1} lines of function, at most {FUNCTION_LINES_MAX}"
                if line.strip() and not line.startswith((indent + " ", "#")):
                    begin = number


def check_headers(tree):
    for path in tree.cpp:
        if path.endswith(".h"):
            lines = tree.lines[path]
            comment = next((n for n, line in enumerate(lines) if not line.startswith("//")), len(lines))
            if comment not in HEADER_COMMENT_LINES:
                yield path, 1, f"a comment of 3 to 8 lines belongs on top, here are {comment}"
            if "#pragma once" not in lines[comment:comment + 2]:
                yield path, comment + 1, "#pragma once belongs below the top comment"


def check_readmes(tree):
    for room in sorted({os.path.dirname(path) for path in tree.cpp if not path.startswith("tests/")}):
        readme = room + "/README.md"
        text = "\n".join(tree.lines.get(readme, []))
        if not text:
            yield readme, 1, "missing: a room has a page that names its files"
            continue
        names = {os.path.basename(path) for path in tree.cpp if os.path.dirname(path) == room}
        for stem in sorted({name.partition(".")[0] for name in names}):
            if not re.search(rf"(?<![\w]){re.escape(stem)}(?![\w])", text):
                yield readme, 1, f"does not name {stem}"


def check_text(tree):
    for path, lines in tree.lines.items():
        for number, line in enumerate(lines, 1):
            if "\t" in line:
                yield path, number, "a tab"
            if line != line.rstrip():
                yield path, number, "a trailing blank"
            if OPEN_END.search(line):
                yield path, number, "an open end without an issue: write the word as WORD(#12)"
            if MACHINE_PATH.search(line):
                yield path, number, "a path of one machine"
        if lines[-1] != "" or (len(lines) > 1 and lines[-2] == ""):
            yield path, len(lines), "ends with one newline, not none or several"


def check_layout(tree):
    for name in sorted({path.split("/")[0] for path in tree.paths} - TOP_LEVEL):
        yield name, 1, "has no place at the top level"
    for path in tree.cpp:
        room = os.path.dirname(path)[len("tests/unit/"):]
        if path.startswith("tests/unit/") and not any(other.startswith(room + "/") for other in tree.cpp):
            yield path, 1, f"mirrors no room: {room} has no sources"


def check_format(tree):
    tool = shutil.which("clang-format")
    if tool and os.path.exists(os.path.join(tree.root, ".clang-format")) and tree.cpp:
        out = subprocess.run([tool, "--dry-run", "--Werror", "--ferror-limit=1", *tree.cpp], cwd=tree.root,
                             capture_output=True, text=True, check=False)
        for path, line in re.findall(r"^(\S+):(\d+):\d+: error: code should be", out.stderr, re.M):
            yield path, int(line), "not formatted: clang-format -i"


def check_commits(tree):
    if tree.git:
        out = subprocess.run(["git", "-C", tree.root, "log", "--no-merges", "-n", "200", "--format=%h %s"],
                             capture_output=True, text=True, check=False)
        for commit, _, subject in (line.partition(" ") for line in out.stdout.splitlines()):
            if not re.match(r"^[a-z][\w/.,+ -]*: \S", subject) or len(subject) > SUBJECT_CHARS_MAX:
                yield "commit " + commit, 1, f"not 'room: what changes' within {SUBJECT_CHARS_MAX}: {subject}"


CHECKS = [check_floors, check_doors, check_words, check_tries, check_sizes, check_headers, check_readmes, check_text,
          check_layout, check_format, check_commits]


def violations(root):
    tree = Tree(root)
    return sorted(set(found for check in CHECKS for found in check(tree)))


if __name__ == "__main__":
    found = violations(sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.dirname(HERE)))
    for path, line, sentence in found:
        print(f"{path}:{line}: {sentence}")
    print(f"tidy: {len(found)} violations" if found else "tidy: all in order")
    sys.exit(1 if found else 0)
