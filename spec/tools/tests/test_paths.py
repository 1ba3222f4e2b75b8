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


if __name__ == "__main__":
    unittest.main()
