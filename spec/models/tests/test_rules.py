"""The plain notation for Horn clauses: what it means in TPTP, and what it refuses."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from runner import rules


def lines(text):
    return rules.tptp(text).splitlines()


class Rules(unittest.TestCase):
    def test_a_rule_holds_for_all_its_variables(self):
        self.assertIn("fof(r, axiom, ! [X, Y] : (((p(X) & q(X, Y)) => (r(Y))))).", lines("rule r: p(X), q(X, Y) -> r(Y)."))

    def test_a_fact_about_any_session_is_about_every_session(self):
        self.assertIn("fof(r, axiom, ! [I] : (server(ss(I)))).", lines("rule r: -> server(ss(I))."))

    def test_a_message_is_built_and_taken_apart(self):
        text = rules.tptp("message m(a, b).\nrule r: att(m(X, Y)) -> p(X).")
        self.assertIn("((att(X0) & att(X1)) => att(m(X0, X1)))", text)
        self.assertIn("(att(m(X0, X1)) => (att(X0) & att(X1)))", text)

    def test_a_field_that_is_left_out_reaches_nobody(self):
        self.assertIn("fof(r, axiom, ! [X] : (((att(m(X, nil))) => (p(X))))).", lines("message m(a, -b).\nrule r: att(m(X, Y)) -> p(X)."))

    def test_the_network_chooses_a_value_whose_field_is_left_out(self):
        self.assertIn("fof(r, axiom, ! [X, Y] : (((att(m(X, nil)) & att(Y)) => (p(Y))))).", lines("message m(a, -b).\nrule r: att(m(X, Y)) -> p(Y)."))

    def test_deduction_also_works_on_recordings(self):
        self.assertIn("fof(d_open_later, axiom, ! [K, M] : (((later(seal(K, M)) & later(K)) => (later(M))))).", lines("rule d_open: att(seal(K, M)), att(K) -> att(M).\nattack a: later(secret)."))

    def test_wrong_number_of_fields_is_refused(self):
        with self.assertRaisesRegex(ValueError, "m has 2 fields, not 1"):
            rules.tptp("message m(a, b).\nrule r: att(m(X)) -> p(X).")

    def test_what_is_no_statement_is_refused(self):
        with self.assertRaisesRegex(ValueError, "neither message"):
            rules.tptp("rules s: q(X) -> p(X).")
        with self.assertRaisesRegex(ValueError, "one arrow"):
            rules.tptp("rule r: p(X) -> q(X) -> p(X).")


if __name__ == "__main__":
    unittest.main()
