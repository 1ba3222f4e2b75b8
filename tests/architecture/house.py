"""The table of the house: what each room may know. `check.py` reads the tree and holds it against this.

A room is a folder of a part (`reference/protocol`). What it may include is itself, the rooms named here, and whatever those may
include. A folder that is not in the table is an error: a new room states its place first.
"""

# room -> the rooms it may know directly. "spec" is the committed, generated tables; "schema" the compiled Cap'n Proto schema.
ROOMS = {
    "reference/fault": [],
    "reference/protocol": ["reference/fault", "spec", "schema"],
    "reference/transitions": ["reference/protocol"],
    "reference/keys": ["reference/protocol"],
    "reference/archive": ["reference/keys", "schema"],
    "reference/vectors": ["reference/protocol", "reference/keys", "reference/archive"],
    "reference/accounts": ["reference/protocol"],
    "reference/store": ["reference/protocol"],
    "reference/net": ["reference/protocol"],
    "reference/server": ["reference/protocol", "reference/transitions", "reference/keys", "reference/accounts", "reference/store", "reference/net"],
    "reference/client": ["reference/protocol", "reference/transitions", "reference/keys", "reference/archive", "reference/net"],
    "conformance/wire": ["spec"],
    "conformance/trace": ["spec"],
    "conformance/peer": ["conformance/wire"],
    "conformance/adapter": ["conformance/peer"],
    "conformance/judge": ["conformance/peer", "conformance/adapter"],
    "conformance/campaign": ["conformance/trace", "conformance/judge"],
    "conformance/cases": ["conformance/judge"],
    "conformance/report": ["conformance/judge"],
    "conformance/program": ["conformance/cases", "conformance/campaign", "conformance/report"],
}

# What a room never reaches, by whatever way: an oracle that shares code with what it judges is blind.
NEVER = {"conformance": ["reference/", "schema"]}

# These parts may know every room (`fuzz`, `tests`, `bench`), or run executables and link nothing (`interop`).
FREE_PARTS = ["tests", "fuzz", "bench"]
LINKLESS_PARTS = ["interop"]

# The commands that a room's CMakeLists.txt may use, and that of a part. Everything else could reach code that no list of links shows.
ROOM_COMMANDS = ["coffer_room", "coffer_program", "target_compile_definitions", "configure_file", "file", "set_property", "if", "endif", "foreach", "endforeach"]
PART_COMMANDS = ["add_subdirectory", "if", "endif", "foreach", "endforeach"]
BEHIND_THE_BACK = ["link_libraries", "include_directories", "target_sources"]  # nowhere: they reach rooms that say nothing of it
FLAGS_THAT_INCLUDE = r"-(include|imacros|iquote|isystem|idirafter|I)"  # not in the flags that all have
FLAGS_THAT_INSTRUMENT = r"-(O[0-3s]|f(no-)?sanitize(-coverage)?=[\w,-]+)$"  # a room may be given these from outside: fuzzers measure it
GENERATED_SOURCES = "${CMAKE_CURRENT_BINARY_DIR}/"

# library -> (what its headers look like, the files that may include them). A pattern that ends in "/" means the folder.
LIBRARIES = {
    "asio": (r"asio(\.hpp|/)", ["reference/net/", "reference/server/", "reference/client/"]),
    "botan-tls": (r"botan/tls_", ["reference/net/", "conformance/peer/"]),
    "capnp": (r"(capnp|kj)/|.*\.capnp\.h", ["reference/protocol/*.cc", "reference/archive/*.cc", "cmake/kj_comparisons.h"]),
    "sqlite": (r"sqlite3", ["reference/store/"]),
}

# Rooms that are values in, values out. Each named exception is the room's one edge to the world.
PURE_ROOMS = ["reference/protocol", "reference/keys", "reference/archive", "conformance/wire"]
IMPURE_FILES = []
IMPURE_HEADERS = (
    r"thread|mutex|shared_mutex|condition_variable|future|semaphore|stop_token|latch|barrier|atomic|fstream|iostream|filesystem|random|ctime|time\.h"
    r"|cstdio|stdio\.h|csignal|unistd\.h|fcntl\.h|poll\.h|netdb\.h|(sys|arpa|net|netinet|linux)/.*|spdlog/.*|asio.*|sqlite3\.h"
    r"|botan/(auto_rng|system_rng|entropy_src|tls_.*|asio.*)\.h"
)
IMPURE_WORDS = r"::now\s*\(|\brandom_device\b|\bgetenv\s*\(|\bstd::time\s*\(|\bsleep_(for|until)\s*\(|\bAutoSeeded_RNG\b|\bSystem_RNG\b|\bsystem_rng\s*\("

# File names that say nothing, and paths that belong to one machine.
EMPTY_NAMES = r"(^|_)(util|utils|utility|utilities|common|helper|helpers|manager|misc)(_|$)"
MACHINE_PATHS = r"(?<![\w.}/-])/(" + "|".join(["wo" + "rk", "ro" + "ot"]) + r")/"
