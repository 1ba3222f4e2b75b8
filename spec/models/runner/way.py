"""The way to where a property fails, as a checker found it: its steps as data, and as text for a person. Knows no model."""
import dataclasses


@dataclasses.dataclass
class Way:
    """`start`: variables in the first state. Each step: `rule`, `given` (its parameters), `changed` (variable -> new value), or, of a prover, `rule` and `fact`."""
    start: dict
    steps: list

    def __str__(self):
        lines = []
        for step in self.steps:
            if "fact" in step:
                lines.append(f"{step['rule']}: {step['fact']}")
            else:
                parameters = "".join(f" {name}={value}" for name, value in step["given"].items())
                changed = " ".join(f"{name}={value}" for name, value in step["changed"].items())
                lines.append(step["rule"] + parameters + (f"   {changed}" if changed else ""))
        return "\n".join(f"    {line}" for line in lines) or "    (no steps)"
