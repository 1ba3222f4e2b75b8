"""Reads a source tree: its files, the includes of each, and what each CMake target links. Knows nothing of the house's rules."""

import pathlib
import re
import subprocess

SOURCES = (".h", ".cc", ".inc")
PARTS = ("reference", "conformance", "interop", "fuzz", "tests", "bench", "spec", "cmake")
SKIPPED_FOLDERS = {"build", ".git", "__pycache__"}

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:"([^"]+)"|<([^>]+)>)', re.M)
ANY_INCLUDE = re.compile(r"^[ \t]*#[ \t]*(?:include|include_next|import)\b[^\n]*", re.M)
# A raw string, a string or a character, which stay as they are; or a comment.
LITERAL_OR_COMMENT = re.compile(r'(R"([^()\\\s]*)\(.*?\)\2"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\')|//[^\n]*|/\*.*?\*/', re.S)
COMMAND = re.compile(r"(\w+)\s*\(([^()]*(?:\([^()]*\)[^()]*)*)\)")
KEYWORDS = {"PUBLIC", "PRIVATE", "INTERFACE", "LINKS", "PRIVATE_LINKS", "SOURCES"}
OUR_COMMANDS = {"coffer_room", "coffer_program", "coffer_test"}


class Tree:
    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.files = sorted(self._tracked())

    def _tracked(self):
        """What the repository holds; in a folder that is no repository, every file."""
        listed = None
        if (self.root / ".git").exists():
            done = subprocess.run(["git", "-C", str(self.root), "ls-files", "-co", "--exclude-standard"], capture_output=True, text=True, check=False)
            listed = done.stdout.split("\n") if done.returncode == 0 else None
        if listed is None:
            listed = [str(p.relative_to(self.root)) for p in self.root.rglob("*")]
        for name in listed:
            path = pathlib.PurePosixPath(name)
            if name and not SKIPPED_FOLDERS & set(path.parts) and (self.root / path).is_file():
                yield name

    def text(self, name):
        return (self.root / name).read_text(encoding="utf-8", errors="replace")

    def sources(self):
        return [f for f in self.files if f.endswith(SOURCES) and f.split("/")[0] in PARTS]

    def directives(self, name):
        """The text as the preprocessor sees it when it looks for directives: lines joined, comments gone, digraphs spelt out."""
        joined = self.text(name).replace("\\\r\n", "").replace("\\\n", "")
        plain = LITERAL_OR_COMMENT.sub(lambda match: match[1] or " ", joined)
        return re.sub(r"^([ \t]*)%:", r"\1#", plain, flags=re.M)

    def includes(self, name):
        """(path, quoted) of each include directive."""
        return [(quoted or angled, bool(quoted)) for quoted, angled in INCLUDE.findall(self.directives(name))]

    def odd_includes(self, name):
        """Include directives whose operand is neither in quotes nor in angles."""
        return [line for line in ANY_INCLUDE.findall(self.directives(name)) if not INCLUDE.match(line)]

    def commands(self):
        """(file, command, words) of each command of each list of CMake's."""
        for name in self.files:
            if name.rsplit("/", 1)[-1] == "CMakeLists.txt" or name.endswith(".cmake"):
                for command, body in commands_of(self.text(name)):
                    yield name, command, body.split()

    def targets(self):
        """target -> (folder, what it links directly), from every CMakeLists.txt."""
        found = {}
        for name in self.files:
            if name.rsplit("/", 1)[-1] == "CMakeLists.txt":
                folder = name.rsplit("/", 1)[0] if "/" in name else ""
                for target, links in links_of(self.text(name)):
                    known = found.setdefault(target, (folder, []))
                    known[1].extend(links)
        return found


def commands_of(text):
    """(command, what stands in its brackets) of a CMakeLists.txt; CMake takes a command in any case."""
    return [(command.lower(), body) for command, body in COMMAND.findall(re.sub(r"#[^\n]*", "", text))]


def sources_of(words):
    """The sources that one of our commands names."""
    found, taking = [], False
    for word in words[1:]:
        if word in KEYWORDS:
            taking = word == "SOURCES"
        elif taking:
            found.append(word)
    return found


def links_of(text):
    """(target, links) for each command of a CMakeLists.txt that makes a target or links one."""
    for command, body in commands_of(text):
        words = body.split()
        if not words:
            continue
        if command in ("add_library", "add_executable"):
            yield words[0], []
        elif command == "target_link_libraries":
            yield words[0], [w for w in words[1:] if w not in KEYWORDS]
        elif command in OUR_COMMANDS:
            links, taking = [], False
            for word in words[1:]:
                if word in KEYWORDS:
                    taking = word in ("LINKS", "PRIVATE_LINKS")
                elif taking:
                    links.append(word)
            yield words[0], links


def closure(start, edges):
    """Everything that `start` reaches."""
    seen, todo = set(), [start]
    while todo:
        for next_one in edges(todo.pop()):
            if next_one not in seen:
                seen.add(next_one)
                todo.append(next_one)
    return seen
