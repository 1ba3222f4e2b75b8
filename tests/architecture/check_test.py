"""The checker itself: an innocent tree passes, and each planted violation is objected to, at its file and for its reason."""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import check  # noqa: E402

INNOCENT = {
    "reference/protocol/CMakeLists.txt": "coffer_room(protocol\n  SOURCES frame.cc\n  LINKS spec PkgConfig::Botan\n  PRIVATE_LINKS schema)\n",
    "reference/protocol/frame.h": '#include <cstdint>\n#include "coffer/spec/limits.h"\n',
    "reference/protocol/frame.cc": '#include "protocol/frame.h"\n#include <capnp/message.h>\n#include "coffer.capnp.h"\n',
    "reference/net/CMakeLists.txt": "coffer_room(net SOURCES shell.cc LINKS protocol)\n",
    "reference/net/shell.cc": '#include <asio.hpp>\n#include <botan/tls_server.h>\n#include <thread>\n#include "protocol/frame.h"\n',
    "conformance/wire/CMakeLists.txt": "coffer_room(wire SOURCES forge.cc LINKS spec)\n",
    "conformance/wire/forge.h": "#pragma once\n",
    "conformance/wire/forge.cc": '#include "wire/forge.h"\n',
    "conformance/peer/CMakeLists.txt": "coffer_room(peer SOURCES peer.cc LINKS wire)\n",
    "conformance/peer/peer.cc": '#include "wire/forge.h"\n#include <botan/tls_client.h>\n',
    "interop/CMakeLists.txt": "coffer_program(independent SOURCES main.cc)\n",
    "spec/CMakeLists.txt": "add_library(spec INTERFACE)\nadd_library(schema STATIC s.cc)\ntarget_link_libraries(schema PUBLIC CapnProto::capnp)\n",
    "tests/both_test.cc": '#include "protocol/frame.h"\n#include "wire/forge.h"\n',
}

# path, what is planted there, a word of the complaint
PLANTED = [
    ("reference/protocol/frame.cc", '#include "net/shell.h"\n', "nobody provides"),
    ("reference/protocol/frame.cc", '#include "net/CMakeLists.txt"\n', "may not know reference/net"),
    ("conformance/wire/forge.cc", '#include "protocol/frame.h"\n', "may not know reference/protocol"),
    ("conformance/wire/forge.cc", '#include "coffer.capnp.h"\n', "capnp belongs to"),
    ("conformance/wire/forge.cc", '#  include "peer/peer.cc"\n', "may not know conformance/peer"),
    ("conformance/peer/CMakeLists.txt", "coffer_room(peer SOURCES peer.cc LINKS wire protocol)\n", "may not know reference/protocol"),
    ("conformance/peer/CMakeLists.txt", "coffer_room(peer SOURCES peer.cc LINKS wire PRIVATE_LINKS schema)\n", "never links schema"),
    ("conformance/peer/CMakeLists.txt", "coffer_room(peer SOURCES p.cc LINKS between)\nadd_library(between INTERFACE)\ntarget_link_libraries(between INTERFACE protocol)\n", "reaches protocol"),
    ("reference/protocol/CMakeLists.txt", "coffer_room(protocol SOURCES frame.cc LINKS spec net)\n", "may not know reference/net"),
    ("reference/net/CMakeLists.txt", "coffer_room(net SOURCES shell.cc LINKS ${EVERYTHING})\n", "a link is a name"),
    ("interop/CMakeLists.txt", "coffer_program(independent SOURCES main.cc LINKS protocol)\n", "links nothing"),
    ("conformance/wire/forge.cc", "#include <protocol/frame.h>\n", "may not know reference/protocol"),
    ("conformance/wire/CMakeLists.txt", "coffer_room(wire SOURCES forge.cc LINKS spec)\nconfigure_file(../../spec/tables/limits.toml limits.cc COPYONLY)\n", "stands beside the list"),
    ("conformance/wire/CMakeLists.txt", "coffer_room(wire SOURCES forge.cc LINKS spec)\nfile(READ ${CMAKE_SOURCE_DIR}/reference/protocol/frame.cc TEXT)\n", "takes nothing from there"),
    ("CMakeLists.txt", "add_compile_options(-include reference/protocol/frame.h)\n", "what they do not name"),
    ("CMakeLists.txt", 'set(CMAKE_CXX_FLAGS "-O1 -I${CMAKE_SOURCE_DIR}/reference")\n', "what they do not name"),
    ("reference/protocol/frame.cc", "#include <net/shell.cc>\n", "may not know reference/net"),
    ("conformance/wire/forge.cc", "#include <../reference/protocol/frame.h>\n", "by no detour"),
    ("conformance/wire/forge.cc", "#include /**/ <protocol/frame.h>\n", "may not know reference/protocol"),
    ("conformance/wire/forge.cc", '/**/#include "../../reference/protocol/frame.h"\n', "by no detour"),
    ("conformance/wire/forge.cc", '/* two\nlines */ #include "protocol/frame.h"\n', "may not know reference/protocol"),
    ("conformance/wire/forge.cc", '%:include "protocol/frame.h"\n', "may not know reference/protocol"),
    ("conformance/wire/forge.cc", '#\\\ninclude "protocol/frame.h"\n', "may not know reference/protocol"),
    ("conformance/wire/forge.cc", 'auto s = R"x("/*)x";\n#include "protocol/frame.h"\n', "may not know reference/protocol"),
    ("conformance/wire/forge.cc", '#include "wire/CMakeLists.txt"\n', "its own includes are judged"),
    ("conformance/wire/CMakeLists.txt", "coffer_room(wire SOURCES forge.cc stolen.cpp LINKS spec)\n", "its includes are judged"),
    ("conformance/wire/forge.cc", '#define FRAME "protocol/frame.h"\n#include FRAME\n', "in quotes or angles"),
    ("conformance/wire/more.inc", '#include "protocol/frame.h"\n', "may not know reference/protocol"),
    ("CMakeLists.txt", "link_libraries(protocol)\n", "says link_libraries"),
    ("cmake/more.cmake", "target_link_libraries(wire PRIVATE protocol)\n", "says target_link_libraries"),
    ("fuzz/CMakeLists.txt", "target_compile_options(wire PRIVATE -O2 -include reference/protocol/frame.h)\n", "says target_compile_options"),
    ("conformance/CMakeLists.txt", "link_libraries(protocol)\n", "says link_libraries"),
    ("conformance/wire/CMakeLists.txt", "coffer_room(wire SOURCES forge.cc LINKS spec)\nTARGET_INCLUDE_DIRECTORIES(wire PRIVATE ${CMAKE_SOURCE_DIR}/reference)\n", "says target_include_directories"),
    ("conformance/wire/CMakeLists.txt", "coffer_room(wire SOURCES forge.cc LINKS spec)\ntarget_sources(wire PRIVATE ../../reference/protocol/frame.cc)\n", "says target_sources"),
    ("conformance/wire/CMakeLists.txt", "coffer_room(wire SOURCES forge.cc ../../reference/protocol/frame.cc LINKS spec)\n", "is built from"),
    ("conformance/wire/CMakeLists.txt", "coffer_room(wire SOURCES forge.cc LINKS spec)\nset_property(TARGET wire APPEND PROPERTY SOURCES frame.cc)\n", "says set_property"),
    ("conformance/wire/CMakeLists.txt", "coffer_room(wire SOURCES forge.cc ${MORE} LINKS spec)\n", "is built from"),
    ("reference/protocol/frame.h", "#include <capnp/message.h>\n", "capnp belongs to"),
    ("reference/protocol/frame.cc", "#include <asio/buffer.hpp>\n", "asio belongs to"),
    ("reference/protocol/frame.cc", "#include <botan/tls_policy.h>\n", "botan-tls belongs to"),
    ("reference/net/shell.cc", "#include <sqlite3.h>\n", "sqlite belongs to"),
    ("reference/protocol/frame.cc", "#include <thread>\n", "includes thread"),
    ("reference/protocol/frame.cc", "#include <sys/socket.h>\n", "includes sys/socket.h"),
    ("reference/protocol/frame.cc", "#include <filesystem>\n", "includes filesystem"),
    ("reference/protocol/frame.cc", "auto t = std::chrono::steady_clock::now();\n", "says ::now("),
    ("reference/protocol/frame.cc", "std::random_device entropy;\n", "says random_device"),
    ("reference/attic/old.cc", "\n", "not in the table"),
    ("reference/stray.cc", "\n", "no room"),
    ("reference/net/socket_util.h", "\n", "says nothing"),
    ("reference/net/Manager.h", "\n", "says nothing"),
    ("spec/notes.md", "see /wo" + "rk/notes for more\n", "path of one machine"),
]


class Architecture(unittest.TestCase):
    def judge(self, files):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in files.items():
                path = pathlib.Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            return check.violations(folder)

    def test_innocent_tree_passes(self):
        self.assertEqual(self.judge(INNOCENT), [])

    def test_each_planted_violation_is_named(self):
        for path, text, word in PLANTED:
            with self.subTest(path=path, planted=text):
                complaints = self.judge(INNOCENT | {path: text})
                self.assertTrue(any(place.split(":")[0] == path and word in what for place, what in complaints), complaints)

    def test_a_room_links_nothing_that_stands_in_no_room(self):
        complaints = self.judge(INNOCENT | {"CMakeLists.txt": "add_library(frames STATIC reference/protocol/frame.cc)\n",
                                            "conformance/wire/CMakeLists.txt": "coffer_room(wire SOURCES forge.cc LINKS spec frames)\n"})
        self.assertIn("stands in no room", complaints[0][1])


if __name__ == "__main__":
    unittest.main()
