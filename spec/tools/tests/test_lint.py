"""Each rule of lint.py, seen to hold on the specification as it is and to fail on a copy with one thing broken."""
import pathlib
import shutil
import sys
import tempfile
import unittest

TOOLS = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TOOLS))
import lint

FRM_012 = "- **FRM-012** (MUST · endpoint · wire · chosen) A receiver MUST make"


class Lint(unittest.TestCase):
    def setUp(self):
        held = tempfile.TemporaryDirectory()
        self.addCleanup(held.cleanup)
        self.root = pathlib.Path(held.name) / "spec"
        shutil.copytree(TOOLS.parent, self.root, ignore=shutil.ignore_patterns("vectors", "__pycache__"))

    def change(self, name, old, new):
        path = self.root / name
        text = path.read_text()
        self.assertIn(old, text, "the test's own premise")
        path.write_text(text.replace(old, new, 1))

    def append(self, name, text):
        path = self.root / name
        path.write_text(path.read_text() + text)

    def finds(self, rule, path, *words):
        """Exactly this complaint is among the findings, at that file and a line that exists."""
        findings = lint.check(self.root)
        hits = [f for f in findings if f.rule == rule and f.path == f"spec/{path}" and all(w in f.text for w in words)]
        self.assertTrue(hits, "\n".join(map(str, findings)) or "no findings at all")
        lines = (self.root / path).read_text().splitlines() if (self.root / path).exists() else [""]
        self.assertLessEqual(hits[0].line, len(lines))
        return lines[hits[0].line - 1]

    def test_the_edition_is_said_once(self):
        self.change("01-introduction.md", "**edition 1**", "**edition 2**")
        self.finds("stale", "generated/cpp/coffer/spec/edition.h")
        self.append("01-introduction.md", "\nThis is **edition 3**.\n")
        self.assertTrue([f for f in lint.check(self.root) if "names 2 editions" in f.text])

    def test_the_specification_as_it_is_has_no_findings(self):
        self.assertEqual([], list(map(str, lint.check(self.root))))

    def test_a_requirement_in_a_code_block(self):
        self.change("03-framing.md", "- **FRM-003**", "```\n- **FRM-003**")
        self.change("03-framing.md", "- **FRM-004**", "```\n- **FRM-004**")
        self.assertIn("FRM-003", self.finds("form", "03-framing.md", "FRM-003 stands in a code block"))

    def test_a_file_under_generated_that_nothing_makes(self):
        (self.root / "generated/cpp/coffer/spec/old.h").write_text("// of a machine that is gone\n")
        self.finds("stale", "generated/cpp/coffer/spec/old.h", "take it away")

    def test_a_key_event_that_leaves_out_a_mode_or_lowers_one(self):
        table = "tables/key_modes.toml"
        self.change(table, 'none = { after = ["none"], text = "unlock" }\n', "")
        self.finds("key-event", table, "replace_computer does not say what comes of it in none")
        self.change(table, 'custom = { after = ["custom"], text = "unlock" }', 'custom = { after = ["archive_password"], text = "unlock" }')
        self.finds("key-event", table, "replace_computer takes custom to a lower mode")
        self.change(table, 'none = { after = ["account_password", "archive_password", "custom"]', 'none = { after = ["account_password", "archive_password"]')
        self.finds("key-event", table, "nothing enters custom")

    def test_a_key_event_that_chapter_7_shows_otherwise(self):
        self.change("07-keys.md", "| raise the mode | is to create one |", "| raise the mode | nothing |")
        self.finds("key-event", "07-keys.md", "| raise the mode | is to create one |")

    def test_a_harm_that_nobody_shows_or_explains(self):
        self.change("tables/harms.toml", 'server = { requirement = "ARC-031", cases = ["storing.checksum_mismatch"] }', 'server = { requirement = "ARC-031" }')
        self.finds("no-reason", "tables/harms.toml", "nothing shows it")
        self.change("tables/harms.toml", 'client = "hears the server\'s reason"\n', "")
        self.finds("no-reason", "tables/harms.toml", "does not say what client notices")
        self.change("tables/harms.toml", 'requirement = "ARC-036"', 'requirement = "ARC-999"')
        self.finds("dangling-id", "tables/harms.toml", "ARC-999")
        self.change("tables/harms.toml", 'cases = ["restore.damaged_blocks_are_named"]', 'tests = ["end_to_end.damage"]')
        self.finds("no-reason", "tables/harms.toml", "ARC-053 in no case")

    # ---- what no case judges
    def test_a_requirement_left_to_review_without_a_reason(self):
        self.change("tables/unjudged.toml", '"LIM-003"', '"LIM-001"')
        self.assertIn("LIM-003", self.finds("unjudged", "14-limits.md", "LIM-003", "does not say why"))
        self.finds("unique-name", "tables/unjudged.toml", "LIM-001")

    def test_a_reason_that_is_none(self):
        self.change("tables/unjudged.toml", 'reason = "no input makes an endpoint fail for a reason of its own"', 'reason = "hard"')
        self.finds("unjudged", "tables/unjudged.toml", "ERR-006")

    def test_a_reason_for_what_the_wire_judges_or_for_nothing(self):
        self.change("tables/unjudged.toml", '"LIM-001"', '"LIM-002"')
        self.finds("unjudged", "tables/unjudged.toml", "LIM-002 is judged by wire")
        self.change("tables/unjudged.toml", '"LIM-002"', '"LIM-777"')
        self.finds("unjudged", "tables/unjudged.toml", "LIM-777 is no requirement")

    # ---- what is not claimed
    def test_a_non_claim_without_model_and_reason(self):
        self.change("models/non-claims.toml", 'name = "N12"', 'name = "N77"')
        self.finds("not-claimed", "02-threats.md", "N12 is a non-claim of no model")
        self.finds("not-claimed", "models/non-claims.toml", "N77 is not in chapter 2")

    def test_a_reason_for_a_non_claim_that_a_model_has(self):
        self.change("models/non-claims.toml", 'name = "N12"', 'name = "N7"')
        self.finds("not-claimed", "02-threats.md", "N7 is a non-claim of a model")

    def test_a_non_claim_that_models_cite_as_a_claim_only(self):
        self.change("models/ownership/model.toml", 'cites = ["N6", "IDN-001"]', 'cites = ["IDN-001"]')
        self.change("models/unbounded-session/model.toml", 'cites = ["N6"]', 'cites = ["IDN-001"]')
        self.finds("not-claimed", "02-threats.md", "N6 is a non-claim of no model")

    # ---- requirement lines
    def test_an_id_given_twice(self):
        self.change("03-framing.md", "**FRM-013**", "**FRM-012**")
        self.assertIn("FRM-012", self.finds("unique-id", "03-framing.md", "FRM-012"))

    def test_an_id_that_vanishes(self):
        self.change("03-framing.md", FRM_012, "A receiver makes")
        self.assertEqual("FRM-012", self.finds("ledger", "tables/ids.txt", "FRM-012 vanished"))

    def test_a_withdrawn_id_is_no_finding_but_using_it_again_is(self):
        self.change("tables/ids.txt", "FRM-012", "FRM-012 withdrawn: tried")
        self.finds("ledger", "tables/ids.txt", "used again")

    def test_a_new_id_that_the_ledger_lacks(self):
        self.change("tables/ids.txt", "FRM-012\n", "")
        self.finds("ledger", "03-framing.md", "FRM-012 is not in")

    def test_no_keyword_and_two_keywords(self):
        self.change("03-framing.md", FRM_012, FRM_012.replace("A receiver MUST", "A receiver has to"))
        self.change("03-framing.md", "A receiver MUST accept frames", "A receiver MUST accept and SHOULD like frames")
        self.finds("one-keyword", "03-framing.md", "FRM-012 has 0")
        self.finds("one-keyword", "03-framing.md", "FRM-013 has 2")

    def test_a_keyword_half_in_capitals(self):
        self.change("03-framing.md", "A receiver MUST make", "A receiver MUST not make")
        self.finds("one-keyword", "03-framing.md", "says `MUST not`")

    def test_a_level_that_is_not_the_keywords(self):
        self.change("03-framing.md", FRM_012, FRM_012.replace("(MUST", "(SHOULD"))
        self.finds("level", "03-framing.md", "FRM-012", "SHOULD")

    def test_an_unknown_role_and_way_of_judging(self):
        self.change("03-framing.md", FRM_012, FRM_012.replace("endpoint · wire", "gateway · smell"))
        self.finds("role", "03-framing.md", "gateway")
        self.finds("judged", "03-framing.md", "smell")

    def test_two_sentences(self):
        self.change("03-framing.md", "without waiting for any of the body.", "without waiting. Nothing of the body is needed.")
        self.finds("one-sentence", "03-framing.md", "FRM-012")

    def test_provenance_in_no_known_form(self):
        self.change("03-framing.md", FRM_012, FRM_012.replace("chosen", "somewhere"))
        self.finds("provenance", "03-framing.md", "somewhere")

    def test_provenance_that_names_no_claim(self):
        self.change("03-framing.md", "says W9)", "says W99)")
        self.finds("provenance", "03-framing.md", "W99")

    def test_a_chosen_requirement_without_rationale(self):
        self.change("03-framing.md", "(FRM-011 to FRM-016, FRM-018)", "(FRM-011, FRM-018)")
        self.finds("rationale", "03-framing.md", "FRM-012 is `chosen`")

    def test_a_rationale_without_the_rejected_alternative(self):
        self.change("13-errors.md", 'Rejected: finer reasons for clients that "look" trustworthy.', "")
        self.finds("rationale", "13-errors.md", "rejected")

    # ---- prose
    def test_a_line_that_only_looks_like_a_requirement(self):
        self.append("03-framing.md", "\n- **FRM-999** (MUST, wire) A receiver does.\n")
        self.finds("form", "03-framing.md")

    def test_a_keyword_in_prose(self):
        self.append("03-framing.md", "\nA receiver MAY sing.\n")
        self.assertIn("sing", self.finds("stray-keyword", "03-framing.md", "MAY"))

    def test_a_keyword_in_a_code_block_is_no_finding(self):
        self.append("03-framing.md", "\n```\nA receiver MAY sing.\n```\n")
        self.assertEqual([], [f for f in lint.check(self.root) if f.rule == "stray-keyword"])

    def test_prose_that_names_no_requirement(self):
        self.append("03-framing.md", "\nSee FRM-998.\n")
        self.finds("dangling-id", "03-framing.md", "FRM-998")

    def test_prose_that_names_no_table_row(self):
        self.append("03-framing.md", "\nIt uses frame_too_larg.\n")
        self.append("05-session.md", "\nThen close with tiredness. The tea timer runs.\n")
        self.finds("unknown-name", "03-framing.md", "frame_too_larg")
        self.finds("unknown-name", "05-session.md", "tiredness")
        self.finds("unknown-name", "05-session.md", "tea")

    # ---- tables
    def test_a_table_that_names_no_requirement(self):
        self.change("tables/reasons.toml", 'requirement = "SES-030"', 'requirement = "SES-930"')
        self.finds("dangling-id", "tables/reasons.toml", "goodbye", "SES-930")

    def test_a_reason_that_another_side_sends_than_the_sentences_say(self):
        self.change("tables/reasons.toml", 'name = "unwanted_block"\nvalue = 16\nby = "server"', 'name = "unwanted_block"\nvalue = 16\nby = "both"')
        self.finds("role", "tables/reasons.toml", "unwanted_block", "server")

    def test_names_and_values_given_twice(self):
        self.change("tables/reasons.toml", 'name = "busy"\nvalue = 22', 'name = "timeout"\nvalue = 7')
        self.finds("unique-name", "tables/reasons.toml", "reason timeout")
        self.change("tables/reasons.toml", 'name = "goodbye"\nvalue = 0', 'name = "goodbye"\nvalue = 1')
        self.finds("unique-name", "tables/reasons.toml", "reason value 1", "goodbye")

    def test_a_role_that_grants_no_permission(self):
        self.change("tables/permissions.toml", 'permissions = ["backup"]', 'permissions = ["fly"]')
        self.finds("unknown-name", "tables/permissions.toml", "fly")

    def test_a_role_whose_claim_does_not_exist(self):
        self.change("tables/permissions.toml", 'claim = "W7"', 'claim = "W700"')
        self.finds("provenance", "tables/permissions.toml", "W700")

    def test_a_limit_that_its_requirement_does_not_say(self):
        self.change("tables/limits.toml", "value = 4_096", "value = 4_097")
        self.finds("limit", "tables/limits.toml", "4,097", "FRM-010")

    def test_a_limit_of_a_field_that_has_another_range(self):
        self.change("tables/messages.toml", 'password = "1..1024"', 'password = "1..2048"')
        self.finds("limit", "tables/limits.toml", "password_octets_max", "1..2048")
        self.change("tables/limits.toml", 'field = "login.password"', 'field = "login.passwort"')
        self.finds("limit", "tables/limits.toml", "login.passwort")

    def test_a_limit_that_only_some_other_range_says(self):
        self.change("tables/limits.toml", "value = 65_536\nrequirement = \"FRM-008\"", "value = 4_096\nrequirement = \"FRM-008\"")
        self.finds("limit", "tables/limits.toml", "control_octets_max", "4,096")

    def test_a_timer_that_does_not_run_or_that_its_requirement_does_not_name(self):
        self.change("tables/timers.toml", "milliseconds = 60_000", "milliseconds = 0")
        self.finds("timer", "tables/timers.toml", "answer runs for 0 ms")
        self.change("tables/timers.toml", 'requirement = "SES-005"', 'requirement = "SES-006"')
        self.finds("timer", "tables/timers.toml", "step names SES-006")

    def test_a_number_that_is_given_again(self):
        self.change("tables/reasons.toml", 'name = "unknown_frame_kind"\nvalue = 2\n', 'name = "unknown_frame_kind"\nvalue = 77\n')
        self.finds("ledger", "tables/reasons.toml", "reason value 77 is not in")
        self.append("tables/numbers.txt", "reason 77 odd_smell\n")
        self.finds("ledger", "tables/reasons.toml", "reason value 77 was given to odd_smell")

    def test_two_permissions_with_one_bit(self):
        self.change("tables/permissions.toml", "bit = 1", "bit = 0")
        self.finds("unique-name", "tables/permissions.toml", "permission value 0")

    def test_messages_in_another_order_than_the_schema(self):
        self.change("tables/messages.toml", 'name = "pong"', 'name = "pang"')
        self.finds("schema", "tables/messages.toml", "pang", "pong")

    def test_fields_other_than_the_schemas(self):
        self.change("tables/messages.toml", 'fields = { guid = "1..max" }', 'fields = { guide = "1..max" }')
        self.finds("schema", "tables/messages.toml", "computer", "guide")

    def test_a_field_that_the_schema_gained(self):
        self.change("schema/coffer.capnp", "struct Ping { token @0 :UInt64; }", "struct Ping { token @0 :UInt64; more @1 :Bool; }")
        self.finds("schema", "tables/messages.toml", "ping", "more")

    def test_a_range_that_does_not_fit_the_type(self):
        self.change("tables/messages.toml", 'guid = "1..max"', 'guid = "1..255 utf8"')
        self.finds("range", "tables/messages.toml", "computer.guid")

    # ---- machines
    def machine(self, old, new, rule, *words, name="server_session"):
        self.change(f"tables/machines/{name}.toml", old, new)
        self.finds(rule, f"tables/machines/{name}.toml", *words)

    def test_two_rows_for_one_pair(self):
        self.machine('states = ["await_computer"]', 'states = ["await_computer", "await_computer"]', "machine-row", "second row", "await_computer")

    def test_a_target_that_does_not_exist(self):
        self.machine('targets = ["checking_computer"]', 'targets = ["checking"]', "machine-name", "state checking")

    def test_an_event_that_does_not_exist(self):
        self.machine('event = "computer_admitted"', 'event = "computer_welcomed"', "machine-name", "computer_welcomed")

    def test_a_state_that_nothing_reaches(self):
        self.machine('[[state]]\nname = "closed"', '[[state]]\nname = "island"\nheld = true\ntext = ""\n[[state]]\nname = "closed"', "machine-path", "island cannot be reached")

    def test_a_state_that_has_no_way_out(self):
        self.machine('targets = ["failed"]', 'targets = ["header"]', "machine-path", "failed cannot be reached from body", name="frame_reader")

    def test_a_machine_without_a_default(self):
        self.machine('outcome = "unexpected_message"\n', "", "machine-default", "not total")

    def test_a_state_that_waits_for_ever(self):
        self.machine('states = ["await_version", "await_computer", "await_login", "await_config", "await_config_ack", "ready", "restoring"]\nevent = "timer_expired"',
                     'states = ["await_version", "await_login", "await_config", "await_config_ack", "ready", "restoring"]\nevent = "timer_expired"',
                     "machine-timer", "await_computer")

    def test_a_wire_event_in_a_held_state(self):
        self.machine('states = ["ready", "restoring"]\nevent = "ping"', 'states = ["ready", "serving"]\nevent = "ping"', "machine-row", "serving is held")

    def test_a_message_that_its_own_sender_receives(self):
        self.machine('event = "ping"', 'event = "pong"', "machine-row", "pong is sent by the server")

    def test_a_row_of_the_final_state(self):
        self.machine('states = ["ready", "restoring"]\nevent = "ping"', 'states = ["ready", "closed"]\nevent = "ping"', "machine-row", "final state closed")

    def test_one_handler_for_two_events(self):
        self.machine('handler = "on_config_ack"', 'handler = "on_config_state"', "machine-row", "one handler serves one event")

    def test_a_row_that_sends_what_the_other_side_says(self):
        self.machine('sends = { await_computer = ["proceed"] }', 'sends = { await_computer = ["version"] }', "machine-sends", "on_version sends version, which the server does not send")

    def test_a_row_that_sends_on_a_way_it_has_not(self):
        self.machine('sends = { await_computer = ["proceed"] }', 'sends = { await_login = ["proceed"] }', "machine-sends", "on its way to await_login")

    def test_a_message_that_no_row_sends(self):
        self.machine('sends = { await_computer = ["proceed"] }\n', "", "machine-sends", "no row sends proceed")

    def test_what_may_end_a_session_says_by_which_rules(self):
        rules = 'rules = ["SES-011", "SES-012"]'
        for new, rule, words in (("", "machine-rules", "does not say by which"), ("rules = []", "machine-rules", "though this side ends"), ('rules = ["ARC-042"]', "machine-rules", "does not bind the server"),
                                 ('rules = ["ARC-040"]', "machine-rules", "ARC-040, whose sentence names no reason of the server"), ('rules = ["SES-911"]', "dangling-id", "SES-911")):
            with self.subTest(new=new):
                held = (self.root / "tables/machines/server_session.toml").read_text()
                self.machine(rules, new, rule, words)
                (self.root / "tables/machines/server_session.toml").write_text(held)

    def test_rules_of_a_row_that_ends_nothing_or_that_the_peer_ends(self):
        self.machine('requirement = "IDN-001"', 'requirement = "IDN-001"\nrules = ["IDN-003"]', "machine-rules", "on_computer has `rules` and never leads to closed")
        self.machine('requirement = "SES-031"\nrules = []', 'requirement = "SES-031"\nrules = ["SES-030"]', "machine-rules", "though the peer ended")

    def test_a_row_of_several_ways_says_by_what_it_goes_which(self):
        self.machine('guards = { restoring = ["fetch"], ready = ["end"] }\n', "", "machine-guards", "on_restore_done leads to ready, restoring and has guards for none")
        self.machine('guards = { await_config_ack = ["another_version"], ready = ["current"] }', 'guards = { await_config_ack = ["current"], ready = ["current"] }', "machine-guards", "there twice")
        self.machine('requirement = "IDN-005"', 'requirement = "IDN-005"\nguards = { await_login = ["known"] }', "machine-guards", "one state at most")

    def test_a_default_that_closes_with_another_reason(self):
        self.machine('outcome = "unexpected_message"', 'outcome = "timeout"', "machine-rules", "SES-002 does not close with timeout")

    def test_a_machine_that_names_no_requirement(self):
        self.machine('requirement = "SES-001"', 'requirement = "SES-901"', "dangling-id", "SES-901")

    # ---- freshness
    def test_a_generated_file_that_was_edited(self):
        self.append("generated/cpp/coffer/spec/reasons.h", "// mine\n")
        self.finds("stale", "generated/cpp/coffer/spec/reasons.h")

    def test_a_sentence_that_changed_without_generating(self):
        self.change("03-framing.md", "A receiver MUST accept frames", "A receiver MUST take frames")
        self.finds("stale", "generated/requirements.json")


if __name__ == "__main__":
    unittest.main()
