"""Each gate of the model runner, seen to fail on a tiny planted model, and its nearest good neighbour seen to pass."""
import contextlib
import io
import json
import pathlib
import re
import shutil
import sys
import tempfile
import tomllib
import types
import unittest
import unittest.mock

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import run

LAMP = """
var lamp: 0 .. 3; done: boolean;
startstate begin lamp := 0; done := false; endstartstate;
ruleset n: 1 .. 2 do
  rule "brighter" lamp + n <= 2 & !done ==> begin lamp := lamp + n; endrule;
endruleset;
rule "end" lamp = 2 ==> begin done := true; endrule;
invariant "never_three" lamp != 3;
liveness "ends" done;
cover "it can end" done;
"""
LAMP_TOML = """
checker = "rumur"
title = "a lamp"
files = ["lamp.m"]
[[claim]]
name = "never_three"
says = "The lamp is never at three."
cites = ["FRM-012", "W25", "N5"]
[[claim]]
name = "ends"
says = "The lamp can always end."
cites = ["SES-001"]
[[mutant]]
name = "one_too_many"
says = "the bound is three"
replace = "lamp + n <= 2"
by = "lamp + n <= 3"
catches = ["never_three", "ends"]
[[non_claim]]
name = "dark_for_ever"
says = "A lamp without its rule stays dark."
cites = ["N1"]
replace = "done := true"
by = "done := false"
breaks = ["ends"]
"""
WIRE = """
fof(public, axiom, known(nonce)).
fof(sent, axiom, known(enc(secret, key))).
fof(stolen, axiom, leaked(oldkey)).
fof(open, axiom, ! [X, K] : ((known(enc(X, K)) & known(K)) => known(X))).
fof(build, axiom, ! [X, K] : ((known(X) & known(K)) => known(enc(X, K)))).
fof(steal, axiom, ! [K] : (leaked(K) => known(K))).
fof(secret, conjecture, known(secret)).
fof(replays, conjecture, known(enc(nonce, nonce))).
"""
WIRE_TOML = """
checker = "horn"
title = "a wire"
files = ["wire.p"]
[[claim]]
name = "secret"
says = "The secret stays one."
cites = ["W20"]
[[cover]]
name = "replays"
says = "The attacker can encrypt."
[[mutant]]
name = "plain_key"
says = "the key is known"
replace = "leaked(oldkey)"
by = "leaked(key)"
catches = ["secret"]
[[variant]]
name = "nothing_stolen"
says = "no key leaks at all"
replace = "leaked(oldkey)"
by = "leaked(nonce)"
holds = ["secret"]
"""
WALK = """
byte at = 0; bool paused = false;
active proctype Walker() {
  do
  :: at < 3 -> at++
  :: at == 3 -> break
  od;
  assert(at == 3)
}
active proctype Bystander() { paused = true; paused = false }
ltl arrives { <> (at == 3) }
"""
WALK_TOML = """
checker = "spin"
title = "a walk"
files = ["walk.pml"]
[[claim]]
name = "arrives"
says = "The walker arrives."
cites = ["SES-005"]
[[claim]]
name = "no_bad_end"
says = "It ends where it ought to."
cites = ["SES-005"]
kind = "safety"
[[mutant]]
name = "turns_back"
says = "at two the walker turns back"
replace = ":: at < 3 -> at++"
by = ":: at < 2 -> at++ :: at == 2 -> at = 0"
catches = ["arrives"]
[[mutant]]
name = "gives_up"
says = "the walker stops at two"
replace = "at == 3 -> break"
by = "at == 2 -> break"
catches = ["no_bad_end"]
"""
MODELS = {"lamp": ("rumur", "lamp.m", LAMP, LAMP_TOML), "wire": ("horn", "wire.p", WIRE, WIRE_TOML), "walk": ("spin", "walk.pml", WALK, WALK_TOML)}


class Runner(unittest.TestCase):
    def judged(self, name, text=None, toml=None, arguments=()):
        """(exit status, everything printed, the report) of the runner over this one planted model, changed as told."""
        checker, file, own_text, own_toml = MODELS[name]
        for change, into in ((text, "text"), (toml, "toml")):
            for before, after in change or []:
                source = own_text if into == "text" else own_toml
                self.assertIn(before, source)
                own_text, own_toml = (own_text.replace(before, after), own_toml) if into == "text" else (own_text, own_toml.replace(before, after))
        for tool in run.NEEDED[checker]:
            if not shutil.which(tool):
                self.skipTest(f"{tool} is not installed")
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            (folder / name).mkdir()
            (folder / name / file).write_text(own_text)
            (folder / name / "model.toml").write_text(own_toml)
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
                status = run.main(["--models", str(folder), "--work", str(folder / "work"), "--json", str(folder / "report.json"), *arguments])
            report = folder / "report.json"
            return status, printed.getvalue(), json.loads(report.read_text()) if report.exists() else None

    def refused(self, says, *arguments, **keywords):
        status, printed, report = self.judged(*arguments, **keywords)
        self.assertIn(says, printed)
        self.assertEqual(status, 1, printed)
        self.assertFalse(report["passed"])


class GoodModels(Runner):
    def test_rumur(self):
        status, printed, report = self.judged("lamp")
        self.assertEqual(status, 0, printed)
        [model] = report["models"]
        self.assertEqual([c["verdict"] for c in model["claims"]], ["holds", "holds"])
        self.assertEqual(model["claims"][0]["killed"], ["one_too_many"])
        self.assertEqual({c["name"]: c["reached"] for c in model["covers"]}, {"it can end": True, "rule brighter": True, "rule end": True})
        self.assertEqual(model["non_claims"][0]["found"], {"ends": "fails"})

    DEEP = "[[deep]]\nname = 'wider'\nsays = 'steps of three'\nreplace = 'n: 1 .. 2'\nby = 'n: 1 .. 3'\n[[non_claim]]"

    def test_a_larger_instance(self):
        toml = [("[[non_claim]]", self.DEEP)]
        for arguments, found in (([], {}), (["--deep"], {"never_three": "holds", "ends": "holds"})):
            status, printed, report = self.judged("lamp", toml=toml, arguments=arguments)
            self.assertEqual(status, 0, printed)
            self.assertEqual(report["models"][0]["deep"][0]["found"], found)

    def test_a_larger_instance_in_which_a_claim_fails_or_nothing_happens(self):
        for before, by, says in (("lamp + n <= 2", "lamp + n <= 3", "deep wider (steps of three): never_three fails"), ('"end" lamp = 2', '"end" lamp = 3', "deep wider: it can end is never reached")):
            deep = self.DEEP.replace("n: 1 .. 2", before).replace("n: 1 .. 3", by)
            self.refused(says, "lamp", toml=[("[[non_claim]]", deep)], arguments=["--deep"])

    def test_horn(self):
        status, printed, report = self.judged("wire")
        self.assertEqual(status, 0, printed)
        self.assertEqual({c["name"] for c in report["models"][0]["covers"]}, {"replays", "rule open", "rule build", "rule steal"})
        self.assertEqual(report["models"][0]["variants"][0]["found"], {"secret": "holds"})

    def test_spin(self):
        status, printed, report = self.judged("walk")
        self.assertEqual(status, 0, printed)
        self.assertEqual([c["killed"] for c in report["models"][0]["claims"]], [["turns_back"], ["gives_up"]])

    def test_what_spin_finds_is_kept_as_steps(self):
        for tool in run.NEEDED["spin"]:
            if not shutil.which(tool):
                self.skipTest(f"{tool} is not installed")
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            (folder / "walk").mkdir()
            (folder / "walk/walk.pml").write_text(WALK.replace("paused = false }", "paused = false }  // looks on"))
            (folder / "walk/model.toml").write_text(WALK_TOML)
            models = [run.description.read(folder / "walk/model.toml", run.citations.known(run.HERE.parent))]
            results, problems = run.checking.check(models, folder / "work", 1, False)
            kept = folder / "spec/traces/models.json"
            kept.parent.mkdir(parents=True)
            for only, ids in ((["walk"], ["lamp.a.b", "walk", "walk", "zoo.a.b"]), (None, ["walk", "walk"])):
                kept.write_text('[{"id": "lamp.a.b"}, {"id": "walk.was.here"}, {"id": "zoo.a.b"}]')
                run.traces.write(results, types.SimpleNamespace(only=only, jobs=1), folder / "spec", (None, None))
                self.assertEqual(ids, [re.sub(r"^walk\.(turns_back|gives_up)\..*", "walk", r["id"]) for r in json.loads(kept.read_text())])
            written = kept.read_text()
            with unittest.mock.patch("concurrent.futures.ProcessPoolExecutor", side_effect=PermissionError):  # no shared memory, as in a bare root
                run.traces.write(results, types.SimpleNamespace(only=None, jobs=1), folder / "spec", (None, None))
            self.assertEqual(written, kept.read_text())
        self.assertEqual([], problems)
        of_tables, others = run.traces.attacks(results, (None, None))
        self.assertEqual([], of_tables)
        kept = {row["id"]: row["steps"] for row in others}
        self.assertEqual({"walk.turns_back.arrives", "walk.gives_up.no_bad_end"}, set(kept))
        round_ = kept["walk.turns_back.arrives"]
        at = round_.index({"rule": "from here on, again and again"})
        self.assertEqual({"0", "1", "2"}, {s["then"]["at"] for s in round_[at + 1:]})
        self.assertEqual({"Walker"}, {s["rule"] for s in round_[at + 1:]})
        self.assertEqual({"rule": "Walker", "then": {"at": "3"}}, kept["walk.gives_up.no_bad_end"][-1])
        self.assertIn("Bystander: looks on", {s["rule"] for steps in kept.values() for s in steps})

    def test_list_runs_nothing(self):
        status, printed, report = self.judged("lamp", arguments=["--list"])
        self.assertEqual((status, report), (0, None))
        self.assertIn("mutant one_too_many: the bound is three [never_three fails, ends fails]", printed)

    def test_only_what_matches(self):
        status, printed, _ = self.judged("lamp", arguments=["--only", "wire"])
        self.assertEqual(status, 64, printed)


class Claims(Runner):
    def test_a_broken_claim_fails_with_the_way_there(self):
        self.refused("the claim never_three fails: The lamp is never at three.", "lamp", text=[("lamp + n <= 2", "lamp + n <= 3")], toml=[("lamp + n <= 2", "lamp + n <= 3")])

    def test_a_broken_liveness_fails(self):
        self.refused("the claim ends fails", "lamp", text=[("done := true", "lamp := 1; done := done")], toml=[("done := true", "lamp := 1")])

    def test_a_broken_horn_claim_fails(self):
        self.refused("the claim secret fails", "wire", text=[("leaked(oldkey)", "leaked(key)")], toml=[("leaked(oldkey)", "leaked(key)")])

    def test_a_broken_ltl_claim_fails(self):
        self.refused("the claim arrives fails", "walk", text=[(":: at < 3 -> at++", ":: at < 2 -> at++ :: at == 2 -> at = 0 :: at == 9 -> skip")], toml=[(":: at < 3 -> at++", ":: at == 9 -> skip")])

    def test_a_broken_assertion_fails(self):
        self.refused("the claim no_bad_end fails", "walk", text=[("assert(at == 3)", "assert(at == 2)")])

    def test_a_bad_end_that_no_claim_is_about(self):
        self.refused("no claim of kind safety is about that", "walk", text=[("assert(at == 3)", "assert(at == 2)")], toml=[('[[claim]]\nname = "no_bad_end"\nsays = "It ends where it ought to."\ncites = ["SES-005"]\nkind = "safety"\n', ""),
                     (WALK_TOML[WALK_TOML.index('[[mutant]]\nname = "gives_up"'):], "")])

    def test_a_rule_that_was_never_to_fire(self):
        never = '[[claim]]\nname = "stays"\nsays = "It never ends."\ncites = ["SES-001"]\nkind = "never"\nrules = ["end"]\n[[mutant]]\nname = "one_too_many"'
        self.refused("the claim stays fails", "lamp", toml=[('[[mutant]]\nname = "one_too_many"', never), ('["never_three", "ends"]', '["never_three", "ends", "stays"]')])

    def test_a_claim_without_a_mutant(self):
        self.refused("no mutant breaks the claim ends", "lamp", toml=[('["never_three", "ends"]', '["never_three"]')])

    def test_a_claim_that_cites_what_does_not_exist(self):
        self.refused("never_three cites FRM-999, which exists neither", "lamp", toml=[("FRM-012", "FRM-999")])

    def test_a_claim_about_what_nothing_ever_changes(self):
        says = "claim never_three asks about broken, and no rule ever changes that"
        flag = [("done: boolean;", "done, broken: boolean;"), ("done := false; endstart", "done := false; broken := false; endstart"), ('"never_three" lamp != 3', '"never_three" lamp != 3 & !broken')]
        self.refused(says, "lamp", text=flag)
        self.refused(says, "lamp", text=[*flag, ("done := true", "done := true; broken := false")])
        through = "function whole(): boolean; begin return !broken; endfunction;\nstartstate begin"
        self.refused(says, "lamp", text=[*flag[:2], ("startstate begin", through), ('"never_three" lamp != 3', '"never_three" lamp != 3 & whole()')])
        status, printed, _ = self.judged("lamp", text=[*flag, ("done := true", "done := true; broken := lamp = 3")])
        self.assertEqual(status, 0, printed)

    def test_a_claim_that_cites_nothing(self):
        self.refused("ends cites nothing", "lamp", toml=[('["SES-001"]', "[]")])

    def test_a_claim_that_the_text_lacks(self):
        self.refused("ends is no property of the text", "lamp", text=[('liveness "ends" done;', "")])

    def test_a_property_that_nothing_names(self):
        self.refused("the text has the property spare, and nothing names it", "lamp", text=[('liveness "ends"', 'invariant "spare" true;\nliveness "ends"')])

    def test_a_model_that_goes_wrong_is_no_verdict(self):
        self.refused("neither a claim kept nor one broken", "lamp", text=[("lamp := lamp + n", "lamp := lamp + n + 2")])


class Covers(Runner):
    def test_a_rule_that_never_fires(self):
        self.refused("rule end is never reached", "lamp", text=[("lamp = 2 ==>", "lamp = 2 & done ==>"), ('liveness "ends" done', 'liveness "ends" lamp = 2'), ('cover "it can end" done', 'cover "it can end" lamp = 2')])

    def test_a_cover_that_is_never_reached(self):
        self.refused("it can end is never reached", "lamp", text=[('cover "it can end" done', 'cover "it can end" lamp = 3')])

    def test_a_rule_without_a_name(self):
        self.refused("a rule has no name", "lamp", text=[('rule "end"', "rule")])

    def test_a_clause_that_never_fires(self):
        self.refused("rule steal is never reached", "wire", text=[("fof(stolen, axiom, leaked(oldkey)).", "")], toml=[("leaked(oldkey)", "leaked(K)")])

    def test_a_horn_cover_that_cannot_be_derived(self):
        self.refused("replays is never reached", "wire", text=[("known(enc(nonce, nonce))", "known(key)")])

    def test_a_statement_that_is_never_reached(self):
        self.refused("is never reached", "walk", text=[(":: at == 3 -> break", ":: at == 3 -> break\n  :: at == 7 -> at = 0")])


class Mutants(Runner):
    def test_a_mutant_that_survives(self):
        self.refused("is not caught by ends", "lamp", toml=[("lamp + n <= 3", "lamp + n <= 3 - 1")])

    def test_a_horn_mutant_that_survives(self):
        self.refused("is not caught by secret", "wire", toml=[('by = "leaked(key)"', 'by = "leaked(newkey)"')])

    def test_a_spin_mutant_that_survives(self):
        self.refused("is not caught by arrives", "walk", toml=[(":: at < 2 -> at++ :: at == 2 -> at = 0", ":: at < 3 -> at = at + 1")])

    def test_a_mutant_that_does_not_compile(self):
        self.refused("so there is nothing to check", "lamp", toml=[("lamp + n <= 3", "lump + by <= 3")])

    def test_a_mutant_that_goes_wrong_otherwise(self):
        self.refused("neither a claim kept nor one broken", "lamp", toml=[("lamp + n <= 3", "lamp + n <= 5")])

    def test_a_mutant_whose_text_is_not_there(self):
        self.refused("stands 0 times in the text", "lamp", toml=[('replace = "lamp + n <= 2"', 'replace = "lamp <= 2"')])

    def test_a_mutant_whose_text_is_there_twice(self):
        self.refused("stands 2 times in the text", "lamp", toml=[('replace = "lamp + n <= 2"', 'replace = "done := "')])

    def test_a_mutant_that_rewrites_an_invariant(self):
        self.refused("mutant one_too_many changes the property never_three", "lamp", toml=[('replace = "lamp + n <= 2"', 'replace = "lamp != 3"'), ('by = "lamp + n <= 3"', 'by = "lamp != 2"')])

    HELPED = [("startstate begin", "function dim(): boolean; begin return lamp < 3; endfunction;\nfunction fine(): boolean; begin return dim(); endfunction;\nstartstate begin"), ("lamp != 3", "fine()")]

    def test_a_mutant_that_rewrites_what_only_an_invariant_calls(self):
        self.refused("mutant one_too_many changes the function dim, which only properties call", "lamp", text=self.HELPED, toml=[('replace = "lamp + n <= 2"', 'replace = "return lamp < 3"'), ('by = "lamp + n <= 3"', 'by = "return lamp < 2"')])

    def test_a_mutant_that_rewrites_what_a_rule_calls_too(self):
        status, printed, _ = self.judged("lamp", text=[*self.HELPED, ("lamp + n <= 2", "room(n)"), ("startstate begin", "function room(n: 1 .. 2): boolean; begin return lamp + n <= 2; endfunction;\nstartstate begin"), ("fine();", "fine() & (lamp = 3 -> room(1));")])
        self.assertEqual(status, 0, printed)

    def test_a_mutant_that_rewrites_an_attack(self):
        self.refused("mutant plain_key changes the property secret", "wire", toml=[('replace = "leaked(oldkey)"', 'replace = "conjecture, known(secret)"'), ('by = "leaked(key)"', 'by = "conjecture, known(nonce)"')])

    def test_a_mutant_that_rewrites_an_attack_in_the_plain_notation(self):
        plain = "rule sent: -> att(seal(secret, key)).\nrule open: att(seal(M, K)), att(K) -> att(M).\nrule known: -> att(nonce).\ncover replays: att(nonce).\nattack secret: att(secret).\n"
        self.refused("mutant plain_key changes the property secret", "wire", text=[(WIRE, plain)], toml=[('replace = "leaked(oldkey)"', 'replace = "att(secret).\\n"'), ('by = "leaked(key)"', 'by = "att(nonce).\\n"')])

    def test_a_mutant_that_takes_a_property_away(self):
        self.refused("mutant one_too_many changes the property ends", "lamp", toml=[('replace = "lamp + n <= 2"', 'replace = "liveness \\"ends\\" done;"'), ('by = "lamp + n <= 3"', 'by = ""')])

    def test_a_mutant_that_rewrites_a_formula_of_time(self):
        self.refused("mutant turns_back changes the property arrives", "walk", toml=[('replace = ":: at < 3 -> at++"', 'replace = "<> (at == 3)"'), ('by = ":: at < 2 -> at++ :: at == 2 -> at = 0"', 'by = "<> (at == 4)"')])

    def test_a_mutant_caught_by_no_claim(self):
        self.refused("is to be caught by fades, which is no claim", "lamp", text=[('liveness "ends"', 'invariant "fades" true;\nliveness "ends"')], toml=[('"never_three", "ends"]', '"never_three", "ends", "fades"]')])


class Others(Runner):
    def test_a_non_claim_that_rewrites_a_claim(self):
        self.refused("non_claim dark_for_ever changes the property ends", "lamp", toml=[('replace = "done := true"', 'replace = "\\"ends\\" done"'), ('by = "done := false"', 'by = "\\"ends\\" done & lamp = 3"')])

    def test_a_non_claim_whose_attack_is_gone(self):
        self.refused("ends holds, and ought to fail", "lamp", toml=[('by = "done := false"', 'by = "done := true; lamp := 2"')])

    def test_a_variant_that_ought_to_hold(self):
        self.refused("secret fails, and ought to hold", "wire", toml=[('by = "leaked(nonce)"', 'by = "leaked(nonce) & known(key)"')])

    def test_a_key_that_means_nothing(self):
        self.refused("has catch, which means nothing here", "lamp", toml=[("[[non_claim]]", 'catch = ["ends"]\n[[non_claim]]')])

    def test_a_file_that_is_not_there(self):
        self.refused("which does not exist beside it", "lamp", toml=[("lamp.m", "lump.m")])

    def test_a_word_is_put_into_the_text(self):
        status, printed, _ = self.judged("lamp", text=[("lamp + n <= 2", "lamp + n <= {MOST}")], toml=[('files = ["lamp.m"]', 'files = ["lamp.m"]\nput = { MOST = "2" }')])
        self.assertEqual(status, 0, printed)

    def test_a_word_that_no_file_has(self):
        self.refused("puts LEAST, and no file has {LEAST}", "lamp", toml=[('files = ["lamp.m"]', 'files = ["lamp.m"]\nput = { LEAST = "2" }')])

    def test_provers_that_disagree(self):
        from runner import horn, process
        original, calls = process.run, []

        def lying(folder, timeout_seconds, *command):
            calls.append(command[0])
            status, said = original(folder, timeout_seconds, *command)
            return status, said.replace("Completion found", "Proof found") if command[0] == "SPASS" else said
        process.run = lying
        try:
            self.refused("the provers disagree", "wire")
        finally:
            process.run = original
        self.assertIn("SPASS", calls)


class OwnModels(unittest.TestCase):
    def test_each_is_in_the_list_that_people_read(self):
        models = pathlib.Path(__file__).resolve().parents[1]
        page = (models / "README.md").read_text()
        listed = page[page.index("## The models"):page.index("Decisions that these models forced")]
        for model in sorted(models.glob("*/model.toml")):
            self.assertIn(f"`{model.parent.name}`", listed, "README.md lists the models")

    def test_what_the_list_names_exists(self):
        models = pathlib.Path(__file__).resolve().parents[1]
        page = (models / "README.md").read_text()
        section = page[page.index("## What holds against the network"):page.index("The edition of a channel is")]
        known = {"client_key"}
        for model in models.glob("*/model.toml"):
            table = tomllib.loads(model.read_text())
            known |= {model.parent.name} | {row["name"] for kind in ("claim", "mutant", "non_claim", "cover") for row in table.get(kind, [])}
        for name in re.findall(r"`([^`]+)`", section):
            self.assertIn(name, known, "README.md names a model, claim, mutant, non-claim or cover")


if __name__ == "__main__":
    unittest.main()
