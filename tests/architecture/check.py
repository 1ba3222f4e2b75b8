"""Holds a source tree against the table of the house (house.py). Prints every violation as FILE: what is wrong; exit 1 when there is one."""

import fnmatch
import re
import sys

import house
from tree import OUR_COMMANDS, SOURCES, Tree, closure, sources_of

TEXT_FILES = (".h", ".cc", ".py", ".md", ".toml", ".txt", ".cmake", ".json", ".capnp", ".yml", ".html", ".tla", ".m", ".p", "dev")


def room_of(path):
    parts = path.split("/")
    return "/".join(parts[:2]) if len(parts) > 2 and parts[0] in ("reference", "conformance") else None


def may_know(room):
    """The room itself and everything below it."""
    return closure(room, lambda r: house.ROOMS.get(r, [])) | {room}


def provider(tree, including, path):
    """Who provides an include: a room, "spec", "schema", "" for a file of no room, None when nobody does."""
    if path.startswith("coffer/spec/"):
        return "spec"
    if path.endswith(".capnp.h"):
        return "schema"
    part = including.split("/")[0]
    beside = including.rsplit("/", 1)[0] + "/" + path
    for candidate in (part + "/" + path, "reference/" + path, "conformance/" + path, beside, path):
        if candidate in tree.files:
            return room_of(candidate) or ""
    return None


def matches(path, patterns):
    return any(path.startswith(p) if p.endswith("/") else fnmatch.fnmatch(path, p) for p in patterns)


def check_includes(tree):
    for name in tree.sources():
        part, room = name.split("/")[0], room_of(name)
        if part in ("reference", "conformance") and room is None:
            yield name, "stands in no room"
            continue
        if room is not None and room not in house.ROOMS:
            yield name, f"its room {room} is not in the table"
            continue
        if room is not None and (odd := tree.odd_includes(name)):
            yield name, f"includes by {odd[0].strip()}: an include is a name in quotes or angles, so that it can be judged"
        for path, quoted in tree.includes(name):
            if room is not None and {".", ".."} & set(path.split("/")):
                yield name, f"includes {path}: a path goes down from the part, by no detour"
            if part not in house.FREE_PARTS:
                for library, (pattern, places) in house.LIBRARIES.items():
                    if re.match(pattern, path) and not matches(name, places):
                        yield name, f"includes {path}: {library} belongs to {', '.join(places)}"
            if room is None:
                continue
            owner = provider(tree, name, path)
            if owner is None:
                if quoted:
                    yield name, f"includes {path}, which nobody provides"
            elif owner not in may_know(room):
                yield name, f"includes {path}: {room} may not know {owner}"
            elif not path.endswith(SOURCES):
                yield name, f"includes {path}: what a room includes ends in {', '.join(SOURCES)}, so that its own includes are judged"


def check_links(tree):
    targets = tree.targets()
    edges = lambda target: targets[target][1] if target in targets else []
    # A target's room is where it is made; `spec` and `schema` are themselves.
    place = lambda target: target if target in ("spec", "schema") else room_of(targets[target][0] + "/CMakeLists.txt")
    for target, (folder, links) in sorted(targets.items()):
        part, room = folder.split("/")[0], room_of(folder + "/CMakeLists.txt")
        where = folder + "/CMakeLists.txt"
        if part in house.LINKLESS_PARTS and links:
            yield where, f"{target} links {' '.join(links)}: {part} runs executables and links nothing"
        if room is None:
            continue
        if room not in house.ROOMS:
            yield where, f"its room {room} is not in the table"
            continue
        for link in links:
            if "$" in link:
                yield where, f"{target} links {link}: a link is a name, so that it can be judged"
            if link in targets and place(link) is None:
                yield where, f"{target} links {link}, which stands in no room"
            elif link in targets and place(link) not in may_know(room):
                yield where, f"{target} links {link}: {room} may not know {place(link)}"
        for reached in sorted(closure(target, edges)):
            if reached in targets:
                for never in house.NEVER.get(part, []):
                    if (place(reached) or "").startswith(never):
                        yield where, f"{target} reaches {reached}: {part} never links {never.rstrip('/')}"


def only_instruments(command, words):
    """Whether a command says no more than how a room's code is optimised and watched while it runs."""
    return command == "target_compile_options" and all(word == "PRIVATE" or re.match(house.FLAGS_THAT_INSTRUMENT, word) for word in words)


def check_builds(tree):
    """What a room is built from is told by its name, its own files and its links; every other way to reach code is closed."""
    rooms = {target for target, (folder, _) in tree.targets().items() if room_of(folder + "/CMakeLists.txt")}
    for name, command, words in tree.commands():
        part = name.split("/")[0]
        if part not in ("reference", "conformance"):
            speaks_of_room = command.startswith("target_") and rooms & set(words[:1]) and not only_instruments(command, words[1:])
            if command in house.BEHIND_THE_BACK or speaks_of_room:
                yield name, f"says {command}({' '.join(words[:2])} …): what a room is made of stands in its own folder"
            if part not in house.FREE_PARTS:
                for word in words:
                    if re.match(house.FLAGS_THAT_INCLUDE, word.strip('"')) or re.search(r"\s" + house.FLAGS_THAT_INCLUDE, word):
                        yield name, f"says {command}(… {word} …): rooms would include what they do not name"
            continue
        allowed = house.ROOM_COMMANDS if room_of(name) else house.PART_COMMANDS
        if command not in allowed:
            yield name, f"says {command}(): here stand only {', '.join(allowed)}"
        if command == "configure_file" and words and "/" in words[0]:
            yield name, f"makes a file from {words[0]}: what it is made from stands beside the list"
        if part == "conformance":
            for word in words:
                if "reference" in word:
                    yield name, f"says {command}(… {word} …): conformance takes nothing from there"
        if command == "set_property" and words[:1] != ["DIRECTORY"]:
            yield name, f"says set_property({' '.join(words)}): here it may speak of the directory alone"
        if command in OUR_COMMANDS:
            for source in sources_of(words):
                if ("/" in source or "$" in source) and not source.startswith(house.GENERATED_SOURCES):
                    yield name, f"{words[0]} is built from {source}: a source stands beside its list"
                elif not source.endswith(SOURCES) and not source.startswith(house.GENERATED_SOURCES):
                    yield name, f"{words[0]} is built from {source}: a source ends in {', '.join(SOURCES)}, so that its includes are judged"


def check_purity(tree):
    for name in tree.sources():
        if room_of(name) not in house.PURE_ROOMS or matches(name, house.IMPURE_FILES):
            continue
        for path, _ in tree.includes(name):
            if re.fullmatch(house.IMPURE_HEADERS, path):
                yield name, f"includes {path}: time, files, threads, sockets and entropy come in as values here"
        code = re.sub(r"//[^\n]*", "", tree.text(name))
        for word in re.finditer(house.IMPURE_WORDS, code):
            yield name, f"says {word.group(0)}: time, files, threads and entropy come in as values here"


def check_names(tree):
    for name in tree.files:
        stem = name.rsplit("/", 1)[-1].split(".")[0]
        if re.search(house.EMPTY_NAMES, stem, re.I):
            yield name, "its name says nothing of what it is for"
        if name.endswith(SOURCES + TEXT_FILES):
            for number, line in enumerate(tree.text(name).split("\n"), 1):
                if re.search(house.MACHINE_PATHS, line):
                    yield f"{name}:{number}", "names a path of one machine"


def violations(root):
    tree = Tree(root)
    return [v for check in (check_includes, check_links, check_builds, check_purity, check_names) for v in check(tree)]


def main():
    found = violations(sys.argv[1] if len(sys.argv) > 1 else ".")
    for place, complaint in found:
        print(f"{place}: {complaint}")
    files = len(Tree(sys.argv[1] if len(sys.argv) > 1 else ".").sources())
    print(f"architecture: {files} sources, {len(found)} violations")
    return 1 if found or files == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
