import specification

"""Writes the specification's tables as constexpr C++. Pure functions: specification in, text out."""
HEAD = "// Made by spec/tools/generate.py from {source}. Do not edit: edit the source and run `./dev generate`.\n#pragma once\n\n"
OPEN = "namespace coffer::spec {\n\n"
CLOSE = "\n}  // namespace coffer::spec\n"


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def header(source, includes, body):
    return HEAD.format(source=source) + "".join(f"#include <{name}>\n" for name in includes) + "\n" + OPEN + body + CLOSE


def enum(name, type_name, members):
    """members: (name, value or None)"""
    lines = "".join(f"  {m}{'' if v is None else f' = {v}'},\n" for m, v in members)
    return f"enum class {name} : std::{type_name} {{\n{lines}}};\n"


def names(enum_name, members, function="name"):
    cases = "".join(f"    case {enum_name}::{m}: return {quoted(m)};\n" for m in members)
    return (f"/// The specification's word for it; empty for a value outside the table.\n"
            f"constexpr std::string_view {function}({enum_name} value) {{\n  switch (value) {{\n{cases}  }}\n  return {{}};\n}}\n")


def reasons(spec):
    rows = spec.tables["reasons"]["reason"]
    table = "".join(f"    {{Reason::{r['name']}, {quoted(r['name'])}, {quoted(r['by'])}, {quoted(r['requirement'])}, {quoted(r['text'])}}},\n" for r in rows)
    body = (enum("Reason", "uint16_t", [(r["name"], r["value"]) for r in rows])
            + "\nstruct ReasonRow {\n  Reason reason;\n  std::string_view name;\n  std::string_view by;  // client, server or both\n  std::string_view requirement;\n  std::string_view text;\n};\n"
            + f"\ninline constexpr std::array<ReasonRow, {len(rows)}> reason_rows{{{{\n{table}}}}};\n\n" + names("Reason", [r["name"] for r in rows]))
    return header("spec/tables/reasons.toml", ["array", "cstdint", "string_view"], body)


def edition(spec):
    body = f"/// The edition of the specification that all these headers are made from [CNF-001].\ninline constexpr std::string_view edition = {quoted(specification.read_edition(spec.root))};\n"
    return header("spec/01-introduction.md", ["string_view"], body)


def limits(spec):
    rows = spec.tables["limits"]["limit"]
    body = "namespace limits {\n" + "".join(f"inline constexpr std::uint64_t {r['name']} = {r['value']};  // [{r['requirement']}]\n" for r in rows) + "}  // namespace limits\n"
    return header("spec/tables/limits.toml", ["cstdint"], body)


def timers(spec):
    rows = spec.tables["timers"]["timer"]
    body = (enum("Timer", "uint8_t", [(r["name"], None) for r in rows])
            + f"\ninline constexpr std::size_t timer_count = {len(rows)};\n"
            + "\n/// Milliseconds each timer runs unless a deployment says otherwise, by Timer.\n"
            + f"inline constexpr std::array<std::uint32_t, {len(rows)}> timer_milliseconds{{{', '.join(str(r['milliseconds']) for r in rows)}}};\n\n"
            + names("Timer", [r["name"] for r in rows]))
    return header("spec/tables/timers.toml", ["array", "cstddef", "cstdint", "string_view"], body)


def permissions(spec):
    table = spec.tables["permissions"]
    bits = {p["name"]: 1 << p["bit"] for p in table["permission"]}
    roles = "".join(f"    {{{quoted(r['name'])}, {sum(bits[p] for p in r['permissions'])}u}},\n" for r in table["role"])
    body = ("namespace permissions {\n" + "".join(f"inline constexpr std::uint32_t {n} = {b}u;\n" for n, b in bits.items()) + "}  // namespace permissions\n"
            + "\nstruct RoleRow {\n  std::string_view name;\n  std::uint32_t permissions;\n};\n"
            + f"\ninline constexpr std::array<RoleRow, {len(table['role'])}> role_rows{{{{\n{roles}}}}};\n")
    return header("spec/tables/permissions.toml", ["array", "cstdint", "string_view"], body)


def key_modes(spec):
    modes, wraps = (spec.tables["key_modes"][kind] for kind in ("mode", "wrap"))

    def answer(says):
        return "".join(f"    case KeyMode::{m['name']}: return {says(m)};\n" for m in modes)

    def function(comment, head, says):
        return f"\n/// {comment}\nconstexpr bool {head} {{\n  switch (mode) {{\n{answer(says)}  }}\n  return false;\n}}\n"
    body = ("/// Who can open an archive, by the value in a key record; a change goes to a higher one and never back [KEY-011].\n" + enum("KeyMode", "uint8_t", [(m["name"], m["rank"]) for m in modes])
            + f"\ninline constexpr std::array<KeyMode, {len(modes)}> all_key_modes{{{', '.join('KeyMode::' + m['name'] for m in modes)}}};\n"
            + "\n/// A wrap that a server may keep.\n" + enum("Escrowed", "uint8_t", [(w["name"], None) for w in wraps])
            + function("Whether a key record of the mode holds the wrap [KEY-006].", "escrows(KeyMode mode, Escrowed wrap)", lambda m: " || ".join(f"wrap == Escrowed::{w}" for w in m["escrows"]) or "false")
            + function("Whether an administrator can restore.", "administrator_opens(KeyMode mode)", lambda m: str("administrator" in m["opened_by"]).lower())
            + function("Whether an administrator may forbid it.", "can_be_forbidden(KeyMode mode)", lambda m: str(m["can_be_disabled"]).lower())
            + "\n" + names("KeyMode", [m["name"] for m in modes]))
    return header("spec/tables/key_modes.toml", ["array", "cstdint", "string_view"], body)


def messages(spec):
    control = next(s for s in spec.structs if s.name == "Control")
    rows = {m["name"]: m for m in spec.tables["messages"]["message"]}
    table = "".join(f"    {{MessageKind::{n}, {quoted(n)}, {quoted(rows[n]['from'])}, {quoted(rows[n]['requirement'])}}},\n" for n in control.tags)
    body = ("/// The union tag of Control in spec/schema/coffer.capnp.\n" + enum("MessageKind", "uint16_t", [(n, i) for i, n in enumerate(control.tags)])
            + "\nstruct MessageRow {\n  MessageKind kind;\n  std::string_view name;\n  std::string_view from;  // client, server or both\n  std::string_view requirement;\n};\n"
            + f"\ninline constexpr std::array<MessageRow, {len(control.tags)}> message_rows{{{{\n{table}}}}};\n"
            + "\nstruct RangeRow {\n  MessageKind message;\n  std::string_view field;\n  std::string_view range;  // as written in the table\n};\n"
            + f"\ninline constexpr std::array<RangeRow, {sum(len(m['fields']) for m in rows.values())}> range_rows{{{{\n"
            + "".join(f"    {{MessageKind::{n}, {quoted(f)}, {quoted(r)}}},\n" for n in control.tags for f, r in rows[n]["fields"].items()) + "}};\n\n"
            + names("MessageKind", control.tags))
    return header("spec/tables/messages.toml and spec/schema/coffer.capnp", ["array", "cstdint", "string_view"], body)


TYPES = {"Bool": "boolean", "UInt8": "u8", "UInt16": "u16", "UInt32": "u32", "UInt64": "u64", "Int16": "i16", "Int64": "i64",
         "Text": "text", "Data": "data", "List(UInt16)": "list_u16"}


def layout(spec):
    from specification import snake
    index = {s.name: i for i, s in enumerate(spec.structs)}
    fields, structs = [], []
    for s in spec.structs:
        first = len(fields)
        for f in s.fields:
            inner = f.type[5:-1] if f.type.startswith("List(") else f.type
            kind = TYPES.get(f.type) or ("list_struct" if f.type.startswith("List(") else "structure")
            fields.append(f"    {{{quoted(f.name)}, FieldType::{kind}, {f.offset}, {index.get(inner, -1)}}},\n")
        structs.append(f"    {{{quoted(snake(s.name))}, {s.data_words}, {s.pointers}, {first}, {len(s.fields)}}},\n")
    kinds = list(TYPES.values()) + ["list_struct", "structure"]
    body = (enum("FieldType", "uint8_t", [(k, None) for k in kinds])
            + "\nstruct FieldLayout {\n  std::string_view name;\n  FieldType type;\n  std::uint32_t offset;  // bits into the data section, or the pointer's index\n  std::int32_t structure;  // index into struct_layouts for structures and lists of them, else -1\n};\n"
            + "\nstruct StructLayout {\n  std::string_view name;\n  std::uint16_t data_words;\n  std::uint16_t pointers;\n  std::uint32_t first_field;  // index into field_layouts\n  std::uint32_t field_count;\n};\n"
            + f"\ninline constexpr std::array<FieldLayout, {len(fields)}> field_layouts{{{{\n{''.join(fields)}}}}};\n"
            + f"\ninline constexpr std::array<StructLayout, {len(structs)}> struct_layouts{{{{\n{''.join(structs)}}}}};\n")
    return header("spec/schema/coffer.capnp", ["array", "cstdint", "string_view"], body)


def requirements(spec):
    rows = "".join(f"    {{{', '.join(quoted(v) for v in (r.id, r.level, r.role, r.judged, r.provenance, r.chapter, r.sentence))}}},\n" for r in spec.requirements)
    body = ("struct Requirement {\n  std::string_view id;\n  std::string_view level;\n  std::string_view role;\n  std::string_view judged;\n  std::string_view provenance;\n  std::string_view chapter;\n  std::string_view sentence;\n};\n"
            + f"\ninline constexpr std::array<Requirement, {len(spec.requirements)}> requirements{{{{\n{rows}}}}};\n"
            + "\n/// The requirement of that id, or nullptr.\nconstexpr const Requirement* requirement(std::string_view id) {\n  for (const auto& row : requirements)\n    if (row.id == id) return &row;\n  return nullptr;\n}\n")
    return header("the chapters of spec/", ["array", "string_view"], body)


def machine(spec, m):
    control = next(s for s in spec.structs if s.name == "Control")
    states = [s["name"] for s in m["state"]]
    wire = list(control.tags) if m.get("messages_are_events") else []
    events = wire + [e["name"] for e in m["event"]]
    handlers = list(dict.fromkeys(r["handler"] for r in m["row"]))
    held = [s["name"] for s in m["state"] if s.get("held")]
    rows = []
    for r in m["row"]:
        mask = " | ".join(f"bit(State::{t})" for t in r["targets"])
        rows += [f"    {{State::{s}, Event::{r['event']}, Handler::{r['handler']}, {mask}, {quoted(r['requirement'])}}},\n" for s in r["states"]]
    body = (f"namespace {m['name']} {{\n\n" + enum("State", "uint8_t", [(s, None) for s in states]) + "\n" + enum("Event", "uint8_t", [(e, None) for e in events])
            + "\n" + enum("Handler", "uint8_t", [(h, None) for h in handlers])
            + f"\ninline constexpr std::size_t state_count = {len(states)};\ninline constexpr std::size_t event_count = {len(events)};\n"
            + f"inline constexpr std::size_t message_event_count = {len(wire)};  // the first events are the messages, in MessageKind's order\n"
            + f"inline constexpr State initial = State::{m['initial']};\ninline constexpr State final = State::{m['final']};\n"
            + "\nconstexpr std::uint32_t bit(State state) { return std::uint32_t{1} << static_cast<unsigned>(state); }\n"
            + "\nstruct Row {\n  State state;\n  Event event;\n  Handler handler;\n  std::uint32_t targets;  // the states the handler may go to, as bits\n  std::string_view requirement;\n};\n"
            + f"\ninline constexpr std::array<Row, {len(rows)}> rows{{{{\n{''.join(rows)}}}}};\n"
            + f"\n// Everything else: {m['default']['text']}. [{m['default']['requirement']}]\n"
            + "\n/// The row of a pair, or nullptr where the machine's default decides.\nconstexpr const Row* find(State state, Event event) {\n"
            + "  constexpr auto index = [] {\n    std::array<std::array<std::uint8_t, event_count>, state_count> table{};  // 1 + the row's index; 0: none\n"
            + "    for (std::size_t i = 0; i < rows.size(); ++i)\n      table[static_cast<std::size_t>(rows[i].state)][static_cast<std::size_t>(rows[i].event)] = static_cast<std::uint8_t>(i + 1);\n    return table;\n  }();\n"
            + "  const auto at = index[static_cast<std::size_t>(state)][static_cast<std::size_t>(event)];\n  return at == 0 ? nullptr : &rows[at - 1U];\n}\n"
            + "\n/// Whether a handler may go to a state: what `static_assert` asks of every transition in code.\nconstexpr bool allowed(Handler handler, State target) {\n  for (const auto& row : rows)\n    if (row.handler == handler && (row.targets & bit(target)) != 0) return true;\n  return false;\n}\n"
            + ("\n/// In a held state nothing of the wire is read.\nconstexpr bool held(State state) { return " + " || ".join(f"state == State::{s}" for s in held) + "; }\n" if held else "") + "\n"
            + names("State", states) + "\n" + names("Event", events) + "\n" + names("Handler", handlers)
            + f"\n}}  // namespace {m['name']}\n")
    return header(f"spec/tables/machines/{m['name']}.toml", ["array", "cstddef", "cstdint", "string_view"], body)


def attacks(spec):
    import paths
    every = paths.with_cases(spec)

    def values(a):
        return [a["id"], a["case"], a["comment"], *(a.get("play", {}).get(k, "") for k in ("stand", "fault", "follow"))]
    rows = "".join("    {" + ", ".join(map(quoted, values(a))) + "},\n" for a in every)
    body = ("/// An attack that a checker found on a broken variant of a model, and the case of the conformance suite that plays it.\n"
            "struct AttackRow {\n  std::string_view id;            // model, variant, claim\n  std::string_view case_id;\n  std::string_view says;          // what is broken in the variant\n  // Of a case that is made from the attack: the state in which the fault comes, the fault (a message, or malformed), what comes behind it.\n  std::string_view stand, fault, follow;\n};\n"
            + f"\ninline constexpr std::array<AttackRow, {len(every)}> attack_rows{{{{\n{rows}}}}};\n")
    return header("spec/traces/attacks.json and spec/traces/models.json", ["array", "string_view"], body)
