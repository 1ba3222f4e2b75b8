"""The committed covers and counterexamples judged against the tables: they pass, and each kind of staleness is noticed."""
import copy
import pathlib
import sys
import unittest
from unittest import mock

TOOLS = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TOOLS))
import paths
import specification


class Committed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.spec = specification.load(TOOLS.parent)
        cls.files = {name: paths.read(cls.spec, name) for name in ("paths", "attacks", "models")}

    def said(self, change):
        """What is said of the files once `change` has been made to them."""
        files = copy.deepcopy(self.files)
        change(files)
        with mock.patch.object(paths, "read", lambda spec, name: files[name]):
            return "\n".join(paths.problems(self.spec))

    def path(self, files, identity):
        return next(p for p in files["paths"] if p["id"] == identity)["expect"]["steps"]

    def attack(self, files, identity):
        return next(a for a in files["attacks"] if a["id"] == identity)

    def test_what_is_committed_is_of_these_tables(self):
        self.assertEqual("", self.said(lambda files: None))

    def test_a_step_that_no_row_allows(self):
        self.assertIn("server_session has no way from await_version by version to ready", self.said(lambda f: [p["expect"]["steps"][0].update(to="ready") for p in f["paths"] if p["id"] == "server_session.server_on_version_to_await_computer_proceed"]))

    def test_another_message_than_the_row_sends(self):
        self.assertIn("no longer a path of the tables", self.said(lambda f: self.path(f, "server_session.server_on_version_to_await_computer_proceed")[0].update(sends=["pong"])))

    def test_a_step_left_out(self):
        self.assertIn("server is in await_version, not in", self.said(lambda f: self.path(f, "server_session.server_on_computer_to_checking_computer").pop(0)))

    def test_a_message_that_was_never_sent(self):
        def change(files):
            steps = next(p for p in files["paths"] if p["id"] == "session_pair.server_on_version_to_await_computer_proceed")["expect"]["steps"]
            del steps[0:2]
        self.assertIn("version is not what was sent", self.said(change))

    def test_a_row_without_a_path(self):
        keep = lambda p: not any(s.get("row") == "on_ping" for s in p["expect"]["steps"])
        self.assertIn("no path of server_session takes on_ping to its state, pong", self.said(lambda f: f.update(paths=[p for p in f["paths"] if keep(p)])))

    def test_an_attack_of_no_mutant_and_a_mutant_without_its_attack(self):
        said = self.said(lambda f: self.attack(f, "server_session.login_twice.one_user").update(id="server_session.login_thrice.one_user"))
        self.assertIn("server_session.login_twice.one_user is not there", said)
        self.assertIn("server_session.login_thrice.one_user is of no mutant", said)

    def test_a_counterexample_of_every_mutant_of_the_other_models(self):
        def change(files):
            next(a for a in files["models"] if a["id"] == "server_session_ends.no_step_timer.ends_or_is_ready").update(id="server_session_ends.no_timer.ends_or_is_ready")
        said = self.said(change)
        self.assertIn("models.json: server_session_ends.no_step_timer.ends_or_is_ready is not there", said)
        self.assertIn("models.json: server_session_ends.no_timer.ends_or_is_ready is of no mutant", said)

    def test_an_attack_that_leaves_the_tables_elsewhere(self):
        self.assertIn("leaves the tables at step", self.said(lambda f: self.attack(f, "server_session.login_twice.one_user")["input"]["steps"].pop(0)))

    def test_an_attack_whose_answer_is_another(self):
        self.assertIn("the tables say something else there by now", self.said(lambda f: self.attack(f, "server_session.login_twice.one_user")["expect"]["instead"]["ways"][0].update(to="ready")))

    def test_an_attack_that_another_case_plays(self):
        self.assertIn("is played by state.await_config.login by now", self.said(lambda f: self.attack(f, "server_session.login_twice.one_user").update(case="state.ready.login")))

    def described(self, model, change):
        """What is said once `change` has been made to that model's description."""
        changed = copy.deepcopy(paths.playing.tables(self.spec.root / "models"))
        change(changed[model])
        with mock.patch.object(paths.playing, "tables", lambda models: changed):
            return "\n".join(paths.problems(self.spec))

    def mutant(self, table, name):
        return next(row for row in table["mutant"] if row["name"] == name)

    def test_an_attack_that_nobody_plays_and_no_reason(self):
        said = self.described("bounded-tls", lambda t: self.mutant(t, "pin_unchecked").pop("case"))
        self.assertIn("bounded-tls.pin_unchecked.client_key_secret is played by no case and no vector, and nothing says why", said)

    def test_an_attack_on_a_table_that_nobody_plays(self):
        self.assertIn("frame_reader.reads_on.failed_for_good is played by no case", self.described("frame_reader", lambda t: self.mutant(t, "reads_on").pop("vector")))

    def test_an_attack_that_is_played_and_said_not_to_be(self):
        said = self.described("key_modes", lambda t: self.mutant(t, "key_stays").update(case="keys.kept"))
        self.assertIn("key_stays says case and none: one of them is enough", said)

    def test_a_vector_that_does_not_exist(self):
        self.assertIn("names the vector frames.nowhere, which does not exist", self.described("frame_reader", lambda t: self.mutant(t, "reads_on").update(vector="frames.nowhere")))

    def test_a_reason_that_is_none(self):
        self.assertIn("'no' is no reason", self.described("key_modes", lambda t: t["unplayed"][0].update(none="no")))

    def test_a_cover_that_nobody_plays(self):
        self.assertIn("bounded-tls, cover all_ready is played by no case", self.described("bounded-tls", lambda t: [c.pop("case", None) for c in t["cover"]]))

    def test_a_reason_for_what_is_not_there(self):
        self.assertIn("[[unplayed]] names nobody, which is no mutant", self.described("key_modes", lambda t: t["unplayed"][0]["mutants"].append("nobody")))


if __name__ == "__main__":
    unittest.main()
