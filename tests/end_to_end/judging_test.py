"""coffer-conform against the reference programs, from the outside: verdicts, exit statuses, baseline, reports, replay, bare connections."""
import fcntl
import json
import os
import shlex
import socket
import struct
import subprocess
import sys
import tempfile
import termios
import unittest

from programs import BIN, Server, run

SUITE = f"{BIN}/coffer-conform"
ADAPTER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../interop/adapters/reference/adapter.py")
REFERENCE = shlex.join([sys.executable, ADAPTER, "--server", f"{BIN}/cofferd", "--client", f"{BIN}/coffer"])
MUTE = "sh -c 'cat > /dev/null; true'"  # its standard output stays open
CASE = "framing.control_length_over_limit"


class JudgingTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def path(self, name, text=None):
        path = os.path.join(self.folder.name, name)
        if text is not None:
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        return path

    def judge(self, *arguments, adapter=REFERENCE, expect=0):
        ended = run(SUITE, "run", "--adapter", adapter, "--quiet", "--report", self.path("report"), *arguments)
        self.assertEqual(ended.returncode, expect, ended.stdout[-3000:] + ended.stderr[-3000:])
        report = self.path("report/report.json")
        if not os.path.exists(report):
            return None
        with open(report, encoding="utf-8") as file:
            return json.load(file)

    def test_a_case_passes_with_its_twin_and_leaves_three_reports(self):
        report = self.judge(CASE)
        self.assertEqual([case["verdict"] for case in report["cases"]], ["pass"])
        self.assertEqual(report["cases"][0]["twin"]["verdict"], "pass")
        self.assertNotIn("transcript", report["cases"][0])
        self.assertIn("login", [report["lines"][place][1] for place in report["cases"][0]["brief"][1::2]])
        replayed = run(SUITE, "replay", self.path("report/report.json"), CASE)  # passed or not, it can be seen again, whole
        self.assertEqual(replayed.returncode, 0, replayed.stderr)
        self.assertIn("login", replayed.stderr)
        self.assertIn("transcript", self.judge(CASE, "--trace")["cases"][0])
        for name in ("report.json", "junit.xml", "report.html"):
            self.assertTrue(os.path.getsize(self.path("report/" + name)))

    def test_a_client_is_judged_through_the_adapter(self):
        report = self.judge("client.state.await_proceed.ready", "client.state.await_pong.versions")
        self.assertEqual([case["verdict"] for case in report["cases"]], ["pass", "pass"])

    def test_a_server_that_refuses_wrongly_fails_and_replays(self):
        # The reference, told to take later versions only: every client that speaks of 7.0.0 is refused.
        broken = self.path("broken.py", f"""
import json, subprocess, sys
child = subprocess.Popen({shlex.split(REFERENCE)!r}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
for line in sys.stdin:
    request = json.loads(line)
    if request["verb"] == "prepare":
        request["fixture"]["server"] |= {{"version": "9.0.0", "minimum_version": "9.0.0"}}
    print(json.dumps(request), file=child.stdin, flush=True)
    print(child.stdout.readline(), end="", flush=True)
""")
        adapter = shlex.join([sys.executable, broken])
        report = self.judge("version.application_7_0_0", CASE, adapter=adapter, expect=1)
        verdicts = {case["id"]: case for case in report["cases"]}
        self.assertEqual(verdicts[CASE]["verdict"], "inconclusive")
        failed = verdicts["version.application_7_0_0"]
        self.assertEqual(failed["verdict"], "fail")
        self.assertIn("version_too_old", failed["actual"])
        again = run(SUITE, "replay", self.path("report/report.json"))
        self.assertEqual(again.returncode, 1, again.stdout + again.stderr)
        self.assertIn("version_too_old", again.stdout)
        self.assertEqual(run("sh", "-c", failed["reproduce"], env={**os.environ, "PATH": BIN + ":" + os.environ["PATH"]}).returncode, 1)
        # Known, it is as expected; and once it passes the list is stale.
        known = self.path("known.json", json.dumps({"coffer_baseline": 1, "expected": [{"case": failed["id"], "reason": "a strict server"}]}))
        self.judge(failed["id"], "--baseline", known, adapter=adapter, expect=0)
        self.judge(failed["id"], "--baseline", known, expect=2)

    def wrapped(self, name, before="", after=""):
        """The reference's adapter, with something done to each request before it is passed on and to each reply after."""
        script = self.path(name, f"""
import json, subprocess, sys
child = subprocess.Popen({shlex.split(REFERENCE)!r}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
for line in sys.stdin:
    request = json.loads(line)
    {before or "pass"}
    print(json.dumps(request), file=child.stdin, flush=True)
    reply = json.loads(child.stdout.readline())
    {after or "pass"}
    print(json.dumps(reply), flush=True)
""")
        return shlex.join([sys.executable, script])

    def played(self, line, expect):
        """What a printed line says, run as it stands by a shell."""
        ended = run("sh", "-c", line)
        self.assertEqual(ended.returncode, expect, line + ended.stdout[-3000:] + ended.stderr[-3000:])
        return ended.stdout

    def test_each_iteration_has_a_line_that_repeats_it_with_its_values(self):
        # A client that fails on every other computer, and names it: which iterations fail follows from the values alone.
        adapter = self.wrapped("odd.py", after="""if request["verb"] == "drive" and int(request["computer"], 16) % 2: reply["ended"] = "failed" """)
        case = "client.session.steps_in_order"
        report = self.judge(case, "--repeat", "12", "--seed", "2", "--trace", adapter=adapter, expect=1)
        cases = report["cases"]
        self.assertEqual([one["iteration"] for one in cases], list(range(1, 13)))
        self.assertEqual((cases[0]["seed"], len({one["seed"] for one in cases})), (2, 12))

        def computer(one):
            return next(value for line in one["transcript"] if line["what"] == "computer" for name, value in line["fields"])
        failed = [one for one in cases if one["verdict"] == "fail"]
        self.assertTrue(0 < len(failed) < 12 and failed[-1]["iteration"] > 1)
        for one in (failed[0], failed[-1], next(one for one in cases if one["verdict"] == "pass")):
            with self.subTest(one["iteration"]):
                said = self.played(one["reproduce"], 1 if one["verdict"] == "fail" else 0)
                self.assertIn(f"seed {one['seed']}", said)
                if one["verdict"] == "fail":
                    self.assertIn(computer(one), said)
        replayed = run(SUITE, "replay", self.path("report/report.json"))
        self.assertEqual(replayed.returncode, 1, replayed.stderr)
        self.assertIn(f"{len(failed)} planned: 0 pass, {len(failed)} fail", replayed.stdout)  # those iterations, and no other
        for one in failed:
            self.assertIn(computer(one), replayed.stderr)
            self.assertIn(f"{case} #{one['iteration']}" if one["iteration"] > 1 else case, replayed.stdout)

    def test_a_line_keeps_the_fault_and_the_patience(self):
        adapter = self.wrapped("faulty.py", """if request.pop("fault", "") == "SES_012_late": request["fixture"]["server"] |= {"version": "9.0.0", "minimum_version": "9.0.0"}""")
        case = "version.application_7_0_0"
        report = self.judge(case, "--fault", "SES_012_late", "--answer-ms", "4321", adapter=adapter, expect=1)
        self.assertEqual((report["run"]["fault"], report["run"]["answer_ms"]), ("SES_012_late", 4321))
        self.assertIn("--answer-ms 4321", report["cases"][0]["reproduce"])
        self.assertIn("version_too_old", self.played(report["cases"][0]["reproduce"], 1))
        for more, expected in (([], 1), (["--fault", ""], 0)):
            replayed = run(SUITE, "replay", self.path("report/report.json"), *more)
            self.assertEqual(replayed.returncode, expected, replayed.stdout + replayed.stderr)

    def test_a_line_for_a_running_server_keeps_its_accounts_and_can_be_run_again(self):
        # The suite is told of another identity than the server has: only with these accounts does the case fail.
        accounts = json.loads(run(SUITE, "fixture").stdout)
        server = Server(self.path("data"), self.path("served.json", json.dumps(accounts)))
        self.addCleanup(server.stop)
        accounts["server"]["guid"] = "0123456789abcdef"
        told = self.path("told of.json", json.dumps(accounts))
        where = ["--connect", f"127.0.0.1:{server.port}", "--pin", server.pin]
        stores = "storing.nothing_before_the_commit"
        ended = run(SUITE, "run", "identity.server_names_itself", stores, *where, "--fixture", told, "--trace", "--report", self.path("report"))
        self.assertEqual(ended.returncode, 1, ended.stdout[-3000:])
        with open(self.path("report/report.json"), encoding="utf-8") as file:
            report = json.load(file)
        self.assertEqual((report["run"]["connect"], report["run"]["pin"], report["run"]["fixture"]), (where[1], server.pin, told))
        lines = {one["verdict"]: one["reproduce"] for one in report["cases"]}
        self.assertIn("0123456789abcdef", self.played(lines["fail"], 1))
        self.played(lines["pass"], 0)  # though the server has seen these values before
        replayed = run(SUITE, "replay", self.path("report/report.json"))
        self.assertEqual(replayed.returncode, 1, replayed.stdout + replayed.stderr)
        self.assertIn("0123456789abcdef", replayed.stdout)
        self.assertEqual(run(SUITE, "replay", self.path("report/report.json"), "--fixture", "").returncode, 0)

    def test_what_was_not_well_asked_is_said(self):
        for arguments in (["no.such.case"], ["--shard", "3/2"], ["--baseline", "/nowhere"], ["--pin", "12"], ["--no-such-option"]):
            with self.subTest(arguments):
                self.judge(*arguments, expect=64)
        for command in ("run", "list"):
            unknown = run(SUITE, command, "no.such.case", *(["--adapter", REFERENCE] if command == "run" else []))
            self.assertEqual((unknown.returncode, unknown.stdout), (64, ""))
        self.assertEqual(run(SUITE).returncode, 64)
        for program in ("coffer-conform", "coffer", "cofferd"):
            mistyped = run(f"{BIN}/{program}", "verfy")
            self.assertEqual(mistyped.returncode, 64)
            self.assertIn('no command "verfy"', mistyped.stderr)
        self.assertEqual(run(SUITE, "--help").returncode, 0)
        self.judge(CASE, adapter="exit 7", expect=4)

    def test_a_pattern_that_selects_nothing_is_told_what_is_near(self):
        for arguments, said in ((["framing.*", "--role", "client"], ("for the role client", "client.framing.*", "client.framing.unknown_kind_00")),
                                (["client.chain.*", "--role", "server"], ("for the role client it matches", "client.chain.link_of_nothing")),
                                (["framing.unknwn_kind"], ("nearest", "framing.unknown_kind_00_in_await_version")),
                                (["--requirement", "FRM-9*"], ("no requirement FRM-9*",)),
                                ([CASE, "--requirement", "ARC-001"], ("judges that requirement",)),
                                ([CASE, "--shard", "2/2"], ("shard 2/2",))):
            with self.subTest(arguments):
                ended = run(SUITE, "run", *arguments, "--adapter", "true", "--quiet")
                self.assertEqual((ended.returncode, ended.stdout), (64, ""))
                for words in said:
                    self.assertIn(words, ended.stderr)

    def test_files_with_a_byte_order_mark_are_read_or_named(self):
        fixture = run(SUITE, "fixture").stdout
        paths = {}
        for name, encoding in (("utf8", "utf-8-sig"), ("utf16", "utf-16")):
            paths[name] = self.path(name + ".json")
            with open(paths[name], "w", encoding=encoding) as file:
                file.write(fixture)
        read = run(SUITE, "run", CASE, "--connect", "127.0.0.1:1", "--fixture", paths["utf8"])
        self.assertEqual(read.returncode, 4, read.stderr)  # nobody listens there: the fixture was taken
        refused = run(SUITE, "run", CASE, "--connect", "127.0.0.1:1", "--fixture", paths["utf16"])
        self.assertEqual(refused.returncode, 64, refused.stderr)
        self.assertIn(paths["utf16"] + " begins with the byte-order mark of UTF-16", refused.stderr)
        Server(self.path("data"), paths["utf8"]).stop()
        served = run(f"{BIN}/cofferd", "run", "--data", self.path("other"), "--fixture", paths["utf16"], "--listen", "127.0.0.1:0")
        self.assertEqual(served.returncode, 2, served.stderr)
        self.assertIn("byte-order mark of UTF-16", served.stderr)

    def test_an_adapter_that_says_nothing_is_given_up_soon(self):
        for command in (["check-adapter", MUTE], ["run", CASE, "--adapter", MUTE]):
            ended = run(SUITE, *command, "--hello-seconds", "1")
            self.assertEqual(ended.returncode, 4, ended.stdout)
            for said in ("did not reply to `hello` within 1 s", "--hello-seconds", "flushed"):
                self.assertIn(said, ended.stdout)
            self.assertIn("=10", run(SUITE, command[0], "--help").stdout.split("--hello-seconds")[1].split("\n")[0])

    def test_a_bare_connection_is_enough_for_the_black_box_part(self):
        fixture = self.path("fixture.json", run(SUITE, "fixture").stdout)
        server = Server(self.path("data"), fixture)
        try:
            where = ["--connect", f"127.0.0.1:{server.port}", "--pin", server.pin]
            ended = run(SUITE, "run", "session.*", CASE, *where, "--report", self.path("report"))
            self.assertEqual(ended.returncode, 0, ended.stdout[-3000:])
            with open(self.path("report/report.json"), encoding="utf-8") as file:
                summary = json.load(file)["summary"]
            self.assertGreater(summary["pass"], 10)
            self.assertGreater(summary["unimplemented"], 0)  # what needs an adapter is named, not passed
            self.assertRegex(ended.stdout, r"\d+ of \d+ server cases pass \(\d+ needs? an adapter\)")
            self.assertEqual(sum(group["count"] for group in summary["unjudged"]), summary["unimplemented"])
            for group in summary["unjudged"]:
                self.assertIn("an adapter", group["reason"])
                self.assertIn(f"{group['count']} server unimplemented: {group['reason'][:40]}", ended.stdout)
            neither = run(SUITE, "run", CASE, "client.framing.two_in_one_record", *where)
            self.assertIn("1 of 1 server cases pass; client: not judged", neither.stdout)
            self.assertNotIn("0 of", neither.stdout)
            wrong = run(SUITE, "run", "--connect", f"127.0.0.1:{server.port}", "--pin", "00" * 32)
            self.assertEqual(wrong.returncode, 4, wrong.stdout[-3000:])
            self.assertEqual(wrong.stdout.count("no case was run"), 1, wrong.stdout[-3000:])
            for said in (server.pin, "00" * 32, "--pin"):
                self.assertIn(said, wrong.stdout)
            self.assertLess(len(wrong.stdout.splitlines()), 20)
        finally:
            server.stop()

    def test_where_nothing_can_begin_the_one_thing_behind_it_is_said(self):
        accounts = json.loads(run(SUITE, "fixture").stdout)
        for user in accounts["users"]:
            if "password" in user:
                user["password"] += " and more"
        server = Server(self.path("data"), self.path("others.json", json.dumps(accounts)))
        try:
            ended = run(SUITE, "run", "session.*", "--connect", f"127.0.0.1:{server.port}")
            self.assertIn(ended.returncode, (1, 3), ended.stdout[-3000:])
            for said in ("hint", '"alice" cannot log in', "login_refused", "coffer-conform fixture", "--fixture"):
                self.assertIn(said, ended.stdout)
        finally:
            server.stop()
        nowhere = self.wrapped("nowhere.py", after='"port" in reply and reply.update(port=1)')
        report = self.judge("framing.*", "--role", "server", adapter=nowhere, expect=3)
        self.assertEqual(len(report["hints"]), 1)
        self.assertIn("`serve` must reply only once its server listens there", report["hints"][0])
        self.assertEqual(self.judge(CASE)["hints"], [])

    def test_a_requirement_is_explained_by_its_sentence_and_its_cases(self):
        for said in ("MUST", "Judged by", "framing.control_length_over_limit", "--requirement FRM-008"):
            self.assertIn(said, run(SUITE, "explain", "FRM-008").stdout)
        self.assertIn("No case judges it", run(SUITE, "explain", "FRM-014").stdout)

    def test_one_running_server_is_judged_alike_again_and_again(self):
        # All workers have the same server, and it keeps what earlier runs left.
        server = Server(self.path("data"), self.path("fixture.json", run(SUITE, "fixture").stdout))
        try:
            for _ in range(2):
                ended = run(SUITE, "run", "identity.deauthorized_*", "--repeat", "20", "--jobs", "8", "--quiet",
                            "--connect", f"127.0.0.1:{server.port}", "--pin", server.pin)
                self.assertEqual(ended.returncode, 0, ended.stdout[-3000:])
        finally:
            server.stop()

    def test_a_server_that_is_not_there_is_one_line_and_no_case(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        ended = run(SUITE, "run", "--connect", f"127.0.0.1:{port}", "--report", self.path("report"))
        self.assertEqual(ended.returncode, 4, ended.stdout[-3000:])
        self.assertIn(f"no case was run: tried a TCP connection to 127.0.0.1:{port}: ", ended.stdout)
        with open(self.path("report/report.json"), encoding="utf-8") as file:
            report = json.load(file)
        self.assertEqual((report["summary"]["not_run"], len(report["preflight_faults"])), (report["summary"]["planned"], 1))
        with socket.create_server(("127.0.0.1", 0)) as mute:  # accepts, and says nothing
            ended = run(SUITE, "run", "--connect", f"127.0.0.1:{mute.getsockname()[1]}", "--answer-ms", "300")
            self.assertEqual(ended.returncode, 4, ended.stdout[-3000:])
            self.assertIn("tried a TLS 1.2 handshake", ended.stdout)

    def test_a_report_that_cannot_be_written_costs_no_run(self):
        ended = run(SUITE, "run", CASE, "--adapter", f"touch {shlex.quote(self.path('was-started'))}", "--report", self.path("file", "") + "/below")
        self.assertEqual(ended.returncode, 4, ended.stderr)
        self.assertIn(self.path("file"), ended.stderr)
        self.assertFalse(os.path.exists(self.path("was-started")))

    def test_a_client_adapter_that_hangs_is_an_adapter_error(self):
        hangs = self.path("hangs.py", """
import json, sys
for line in sys.stdin:
    request = json.loads(line)
    if request["verb"] == "drive":
        continue
    known = {"hello": {"name": "hangs", "roles": ["client"]}, "reset": {}, "bye": {}}
    print(json.dumps({"id": request["id"], **known.get(request["verb"], {"unimplemented": "no"})}), flush=True)
""")
        report = self.judge("client.state.await_pro*", "--answer-ms", "500", "--jobs", "1", adapter=shlex.join([sys.executable, hangs]), expect=4)
        verdicts = [case["verdict"] for case in report["cases"]]
        self.assertGreater(len(verdicts), 5)
        self.assertEqual(verdicts, ["error"] * 2 + ["not_run"] * (len(verdicts) - 2))  # it is not asked for ever
        self.assertIn("drive", report["cases"][0]["actual"])

    def test_an_adapter_that_stops_reading_is_an_adapter_error(self):
        starts = self.path("starts", "")
        stops = self.path("stops.py", f"""
import json, sys, time
with open({starts!r}, "a+") as starts:
    starts.write("x")
    starts.seek(0)
    if len(starts.read()) > 2:  # the two before were the pre-flight and the introduction
        time.sleep(600)
for line in sys.stdin:
    request = json.loads(line)
    known = {{"hello": {{"name": "stops", "roles": ["client"], "vectors": ["message"]}}, "reset": {{}}, "bye": {{}}}}
    print(json.dumps({{"id": request["id"], **known.get(request["verb"], {{"unimplemented": "no"}})}}), flush=True)
""")
        report = self.judge("vectors.messages.*_ids_too_many", "--answer-ms", "500", "--jobs", "1", adapter=shlex.join([sys.executable, stops]), expect=4)
        self.assertEqual(report["cases"][0]["verdict"], "error")
        self.assertIn("does not read its standard input: the request `vector`", report["cases"][0]["actual"])

    def test_an_adapter_that_prints_anything_else_is_shown_what_it_printed(self):
        for printer in ("echo hello", "yes hello"):
            checked = run(SUITE, "check-adapter", printer)
            self.assertEqual(checked.returncode, 4, checked.stdout)
            self.assertIn("got: hello\n", checked.stdout)

    def test_check_adapter_looks_at_the_server_and_says_what_is_missing(self):
        server = Server(self.path("data"), self.path("fixture.json", run(SUITE, "fixture").stdout))
        self.addCleanup(server.stop)
        with socket.create_server(("127.0.0.1", 0)) as taken:
            free = taken.getsockname()[1]
        for serve, status, said in (({"port": server.port, "pin": server.pin}, 0, f"serves on port {server.port}"),
                                    ({"port": free}, 4, "only once its server listens"),
                                    ({"port": server.port, "pin": "00" * 32}, 4, "has the pin " + server.pin),
                                    ({"refused": "too dear"}, 4, "refuses the ordinary accounts"),
                                    ({"port": "12"}, 4, "interop/schema/serve.schema.json"),
                                    ({"unimplemented": "later"}, 4, "`serve` is unimplemented (later)")):
            with self.subTest(serve):  # no adapter here has `prepare`: a server needs only hello, serve and reset
                script = self.path("adapter.py", f"""
import json, sys
for line in sys.stdin:
    request = json.loads(line)
    known = {{"hello": {{"name": "n", "roles": ["server"]}}, "serve": {serve!r}, "reset": {{}}, "bye": {{}}}}
    print(json.dumps({{"id": request["id"], **known.get(request["verb"], {{"unimplemented": "no"}})}}), flush=True)
""")
                for form in ([], ["--adapter"]):
                    checked = run(SUITE, "check-adapter", *form, shlex.join([sys.executable, script]))
                    self.assertEqual(checked.returncode, status, checked.stdout)
                    self.assertIn(said, checked.stdout)
                    self.assertIn("`prepare` is unimplemented (no)", checked.stdout)
        missing = run(SUITE, "check-adapter", "/no/such/adapter")
        self.assertEqual(missing.returncode, 4)
        self.assertIn("cannot start /no/such/adapter: not found", missing.stdout)

    def test_the_skeleton_keeps_the_contract_and_is_the_one_that_the_page_shows(self):
        interop = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../interop")
        skeleton = os.path.join(interop, "adapters/skeleton/adapter.py")
        checked = run(SUITE, "check-adapter", shlex.join([sys.executable, skeleton]))
        self.assertEqual(checked.returncode, 0, checked.stdout)
        ended = run(SUITE, "run", "client.framing.*", CASE, "--quiet", "--adapter", shlex.join([sys.executable, skeleton]))
        self.assertEqual(ended.returncode, 3, ended.stdout)
        self.assertRegex(ended.stdout, r"server: not judged; client: not judged \(\d+ unimplemented\)")
        self.assertIn("client unimplemented: there is no drive yet", ended.stdout)
        with open(skeleton, encoding="utf-8") as program, open(os.path.join(interop, "README.md"), encoding="utf-8") as page:
            code, words = program.read(), page.read()
        self.assertIn(code[code.index("for line in"):], words)
        self.assertIn(code[code.index("{\"hello\""):].split("\n")[0], words)

    def test_a_case_is_explained_down_to_its_octets(self):
        for case, said in (("framing.control_length_over_limit", ("01 00 00 01 00 01", "none is sent", "frame_too_large", "walk to ready")),
                           ("framing.unknown_kind_03_in_ready", ("octet 0: 03 instead of 01",)),
                           ("framing.metadata_cut_short", ("octet 1: 05 instead of 06", "checksum: lies outside")),
                           ("messages.ping_in_ready.trailing_word", ("differs from its own encoding at octet 32", "ping{token=7}")),
                           ("ranges.login.user_name.empty", ('user_name=""', "field_out_of_range")),
                           ("state.await_version.ping", ("ping{token=7}", "version{protocol=6")),
                           ("client.framing.order_kind_first", ("03 01 ff ff ff ff", "let the client come to await_proceed")),
                           ("client.messages.pong.trailing_word", ("pong{token=7}", "malformed_message")),
                           ("channel.refuses_tls_1_1", ("version 0x0302", "0xc014"))):
            explained = run(SUITE, "explain", case)
            self.assertEqual(explained.returncode, 0, explained.stderr)
            for words in said:
                with self.subTest(case=case, words=words):
                    self.assertIn(words, explained.stdout)

    def test_a_list_of_cases_fits_the_terminal(self):
        try:
            read, write = os.openpty()
        except OSError as none:  # a bare root without /dev/pts
            self.skipTest(f"no terminal can be made here: {none}")
        self.addCleanup(os.close, read)
        fcntl.ioctl(write, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
        with subprocess.Popen([SUITE, "cover"], stdout=write) as asked:
            os.close(write)
            text = b""
            try:
                while piece := os.read(read, 65536):
                    text += piece
            except OSError:  # how a terminal ends
                pass
        self.assertEqual(asked.returncode, 0)
        lines = text.decode().splitlines()
        self.assertGreater(len(lines), 200)
        self.assertLessEqual(max(len(line) for line in lines if " " in line[38:] or line[:1] != " "), 100)

    def test_everything_can_be_asked_about(self):
        listed = json.loads(run(SUITE, "list", "--json").stdout)
        self.assertIn(CASE, [case["id"] for case in listed])
        explained = run(SUITE, "explain", CASE).stdout
        for word in ("FRM-008", "65,536", "Script", "twin"):
            self.assertIn(word, explained)
        self.assertIn(CASE, run(SUITE, "explain", "control_length_over").stderr)
        self.assertIn("requirements that the wire or observed state can judge", run(SUITE, "cover").stdout)
        self.assertIn("coffer reference", run(SUITE, "ics", "--adapter", REFERENCE).stdout)
        self.assertIn("keeps its contract", run(SUITE, "check-adapter", REFERENCE).stdout)


if __name__ == "__main__":
    unittest.main(verbosity=2)
