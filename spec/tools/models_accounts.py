"""Writes the table of account states as Murphi, for spec/models/accounts/. A pure function: specification in, text out."""


def murphi(spec):
    table = spec.tables["accounts"]
    states, events = table["state"], table["event"]
    actors = list(dict.fromkeys(e["by"] for e in events))
    text = f"-- Made by spec/tools/generate.py from spec/tables/accounts.toml. Do not edit. Retention is {table['retention_days']} days there; the model counts HOLD of them.\n"
    text += f"type\n  account_state: enum {{ {', '.join(s['name'] for s in states)} }};\n  actor: enum {{ {', '.join(actors)}, directory, server }};\n"
    text += f"  account_event: enum {{ {', '.join(e['name'] for e in events)} }};\n"
    for name, returned, answer in [("gravity", f"0 .. {len(states) - 1}", lambda s: s["gravity"]), ("may_log_in", "boolean", lambda s: str(s["login"]).lower()),
                                   ("is_held", "boolean", lambda s: str(s["held"]).lower())]:
        text += f"\nfunction {name}(s: account_state): {returned};\nbegin\n  switch s\n" + "".join(f"    case {s['name']}: return {answer(s)};\n" for s in states) + "  endswitch;\nendfunction;\n"
    text += "\nfunction leads_from(e: account_event; s: account_state): boolean;\nbegin\n  switch e\n"
    text += "".join(f"    case {e['name']}: return {' | '.join('s = ' + f for f in e['from'])};\n" for e in events) + "  endswitch;\nendfunction;\n"
    text += "\nfunction leads_to(e: account_event): account_state;\nbegin\n  switch e\n" + "".join(f"    case {e['name']}: return {e['to']};\n" for e in events) + "  endswitch;\nendfunction;\n"
    return text + "\nfunction done_by(e: account_event): actor;\nbegin\n  switch e\n" + "".join(f"    case {e['name']}: return {e['by']};\n" for e in events) + "  endswitch;\nendfunction;\n"
