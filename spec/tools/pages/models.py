"""What the models' runner reported: claims with the mutants that break them, attacks found on purpose. Nothing when no run left a report."""
import collections
import html
import json

from pages import elements


class Models:
    def __init__(self, house):
        path = house / "build/model/report.json"
        self.models = json.loads(path.read_text())["models"] if path.exists() else []
        self.present = bool(self.models)
        self.of = collections.defaultdict(list)  # what a model cites -> (model, is a claim rather than an attack, good)
        for m in self.models:
            for c in m["claims"]:
                for cited in c["cites"]:
                    self.of[cited].append((m, True, c["verdict"] == "holds"))
            for n in m["non_claims"]:
                for cited in n["cites"]:
                    self.of[cited].append((m, False, found(n)))
        self.claims = sum(c["verdict"] == "holds" for m in self.models for c in m["claims"])
        self.mutants = sum(found(v) for m in self.models for v in m["mutants"])

    def badge(self, cited):
        spoken = self.of[cited]
        if not spoken:
            return ""
        chips = ""
        for is_claim, one, many in ((True, "model claim", "model claims"), (False, "attack found", "attacks found")):
            of_kind = [(m, good) for m, claim, good in spoken if claim == is_claim]
            if of_kind:
                state = "good" if all(good for _, good in of_kind) else "bad"
                chips += f' <a class="chip {state}" href="#model-{of_kind[0][0]["name"]}">{len(of_kind)} {one if len(of_kind) == 1 else many}</a>'
        return chips

    def html(self, link):
        return "\n".join(self.one(m, link) for m in self.models)

    def one(self, m, link):
        reached = sum(c["reached"] for c in m["covers"])
        facts = [f"<code>{m['name']}</code>", m["checker"], f"{m['states']:,} states", f"{m['seconds']} s", f"{reached} of {len(m['covers'])} covers reached"]
        facts += [html.escape(m["bound"])] if m.get("bound") else []
        parts = [elements.heading(3, f"model-{m['name']}", html.escape(m["title"])), f'<p class="soft">{" · ".join(facts)}</p>']
        claims = [("", [f"{mark(c['verdict'] == 'holds')} {html.escape(c['says'])}", cites(c, link), names(c["killed"])]) for c in m["claims"]]
        attacks = [("", [f"{mark(found(n))} {html.escape(n['says'])}", cites(n, link)]) for n in m["non_claims"]]
        if claims:
            parts.append(elements.table(["claim", "speaks of", "broken variants it catches"], claims))
        if attacks:
            parts.append(elements.table(["not claimed: the checker has to find the attack", "speaks of"], attacks))
        return "".join(parts)


def found(variant):
    """Whether each of the variant's outcomes is the expected one."""
    return all(variant["found"].get(n) == e for n, e in variant["expected"].items())


def mark(good):
    return '<span class="yes">✓</span>' if good else '<span class="no">✗</span>'


def cites(row, link):
    return " ".join(link(i) for i in row["cites"])


def names(words):
    return ", ".join(f"<code>{html.escape(w)}</code>" for w in words)
