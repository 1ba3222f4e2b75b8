"""Findings into buckets, one per fault: by the rule that broke, or by the kind of memory error and where it happened.

Must not know: engines, how findings came about.
"""
import dataclasses
import pathlib
import re

from campaign import engine, places

FRAMES = 3
OURS = re.compile(r"#\d+ 0x[0-9a-f]+ in (.+?) (?:/\S+|\(\S+\))")
SKIPPED = re.compile(r"^(std::|__|operator|void std::|decltype|auto std::)|fuzz::|LLVMFuzzer|replay")


@dataclasses.dataclass
class Finding:
    target: str
    file: pathlib.Path
    bucket: str
    says: str
    failed: int
    tries: int

    @property
    def grade(self):
        return "stable" if self.failed == self.tries else "flaky" if self.failed else "not reproduced"


def bucket(text):
    """What an output's fault is called: the same for all inputs that show it."""
    if match := re.search(r"^broken: (.*)$", text, re.M):
        rule = re.match(r"([A-Z]{3}-\d{3}) ?(.*)", match[1])
        # Of a step outside the tables the state that it was seen in says nothing: a fault shows in many.
        return f"{rule[1]} {step_of(rule[2])}".strip() if rule else match[1]
    if match := re.search(r"ERROR: (AddressSanitizer|LeakSanitizer|UndefinedBehaviorSanitizer|libFuzzer): ([\w-]+)", text):
        return " in ".join([match[2], *frames(text)[:1]])
    if match := re.search(r"runtime error: (.*)", text):
        return " in ".join([re.sub(r"0x[0-9a-f]+|\d+", "N", match[1]), *frames(text)[:1]])
    return "ended without a word"


def step_of(told):
    """Of "server_session: ready x ping to closed …" the event; of "ready x ping to closed, sent: …" that frames were wrong; else the words."""
    if match := re.match(r"\w+: \w+ x (\w+) to", told):
        return f"a step by {match[1]}"
    return "frames that no way sends" if ", sent:" in told else told


def frames(text):
    """The innermost functions of ours on the first stack."""
    names = []
    for line in text.splitlines():
        if names and not line.strip().startswith("#"):
            break
        if (match := OURS.search(line)) and not SKIPPED.search(match[1]):
            names.append(re.sub(r"\(.*", "", match[1]))
        if len(names) == FRAMES:
            break
    return names


def judge(target, file, build=None, tries=3, environment=None):
    failed, said = engine.tried_again(target, file, build, environment, tries)
    return Finding(target, pathlib.Path(file), bucket(said) if failed else "", engine.says(said) or "nothing was broken", failed, tries)


def findings(target=None):
    """(target, file) of all that campaigns found and that is still there."""
    folder = places.BUILD / "findings"
    targets = [target] if target else sorted(path.name for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []
    return [(name, file) for name in targets if (folder / name).is_dir() for file in sorted((folder / name).iterdir())
            if file.is_file() and file.suffix in ("", ".trace")]


def buckets(judged):
    """{(target, bucket): findings}, the shortest input first; what does not fail again stands under "not reproduced"."""
    grouped = {}
    for finding in judged:
        grouped.setdefault((finding.target, finding.bucket or "not reproduced"), []).append(finding)
    return {key: sorted(group, key=lambda finding: finding.file.stat().st_size) for key, group in sorted(grouped.items())}
