"""The vectors of one file, each under a name that is given once."""


class Book:
    def __init__(self):
        self.rows = []

    def add(self, identity, requirement, kind, comment, given, expected):
        if any(r["id"] == identity for r in self.rows):
            raise ValueError(f"vector {identity} is there twice")
        self.rows.append({"id": identity, "requirement": requirement, "kind": kind, "comment": comment, "input": given, "expect": expected})
