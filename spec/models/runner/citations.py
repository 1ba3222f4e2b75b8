"""What a model may cite: requirements, claims of the sources, claims and non-claims of chapter 2. Reads the specification, judges nothing."""
import re
import tomllib

REQUIREMENT = re.compile(r"^- \*\*([A-Z]{3}-\d{3})\*\* ", re.MULTILINE)
STATED = re.compile(r"^\| ([CN]\d+) \|", re.MULTILINE)


def known(spec):
    """Every id that exists in the specification under this folder."""
    chapters = {path.name: path.read_text() for path in sorted(spec.glob("[0-9][0-9]-*.md"))}
    found = {match for text in chapters.values() for match in REQUIREMENT.findall(text)}
    found |= set(STATED.findall(chapters.get("02-threats.md", "")))
    return found | set(tomllib.loads((spec / "sources.toml").read_text())["claims"])
