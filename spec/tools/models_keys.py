"""Writes the table of key modes as Murphi, for spec/models/key_modes/. A pure function: specification in, text out."""


def murphi(spec):
    table = spec.tables["key_modes"]
    modes, wraps, places = ([row["name"] for row in table[kind]] for kind in ("mode", "wrap", "place"))

    def switch(name, over, answer):
        cases = "".join(f"    case {row['name']}: return {answer(row)};\n" for row in table["mode"])
        return f"\nfunction {name}(m: mode{over[0]}): {over[1]};\nbegin\n  switch m\n    case no_mode: return {over[2]};\n{cases}  endswitch;\nendfunction;\n"
    text = "-- Made by spec/tools/generate.py from spec/tables/key_modes.toml. Do not edit.\ntype\n"
    text += f"  mode: enum {{ no_mode, {', '.join(modes)} }};\n  wrap: enum {{ {', '.join(wraps)} }};\n  place: enum {{ {', '.join('at_' + p for p in places)} }};\n"
    text += "\n-- How far up a mode is; a change never goes down.\n" + switch("rank", ("", f"0 .. {len(modes)}", "0"), lambda row: row["rank"])
    text += "\n-- Whether the mode's record holds the wrap.\n" + switch("escrows", ("; w: wrap", "boolean", "false"), lambda row: " | ".join(f"w = {w}" for w in row["escrows"]) or "false")
    text += "\n-- Whether an administrator can restore.\n" + switch("administrator_opens", ("", "boolean", "false"), lambda row: str("administrator" in row["opened_by"]).lower())
    return text + "\n-- Whether an administrator may disable it.\n" + switch("can_be_disabled", ("", "boolean", "false"), lambda row: str(row["can_be_disabled"]).lower())
