"use strict";
// Draws the page from the report embedded above it. Every string of the report reaches the document as text, never as markup.

const report = JSON.parse(document.getElementById("report").textContent);
const VERDICTS = ["fail", "error", "inconclusive", "warn", "not_run", "pass", "unimplemented", "not_applicable"];  // as the reader wants to see them
const BAR = ["pass", "warn", "inconclusive", "fail", "error", "not_run", "unimplemented", "not_applicable"];
const SIGN = { pass: "✓", fail: "✗", warn: "!", inconclusive: "?", error: "⚡", not_applicable: "–", unimplemented: "○", not_run: "…" };
const WAY = { sent: "suite →", received: "← peer", happened: "◆", remark: "" };
const byId = (id) => document.getElementById(id);
const words = (verdict) => verdict.replaceAll("_", " ");

/** element("p.note", {title: "…"}, child…): children are nodes or text; null ones are left out. */
function element(kind, attributes, ...children) {
  const [tag, ...classes] = kind.split(".");
  const made = document.createElement(tag);
  if (classes.length) made.className = classes.join(" ");
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

const SIGNED = { "+": "sent", "-": "received", "*": "happened", "#": "remark" };

/** A line that brief transcripts share, without its time. */
function lineAt(place) {
  const [way, what, names = 0, values = [], note, hex, octets] = report.lines[place];
  return { connection: way.slice(0, -1), direction: SIGNED[way.slice(-1)], what, fields: report.fields[names].map((name, i) => [name, values[i]]), note, hex, octets };
}

/** The lines of a script that was run, however they are kept. */
function linesOf(script) {
  const lines = [];
  let tenths = 0;
  for (let i = 0; i < (script.brief || []).length; i += 2) {
    tenths += script.brief[i];
    lines.push({ ...lineAt(script.brief[i + 1]), at_us: tenths * 100 });
  }
  return script.transcript || lines;
}
const saidIn = (script) => script.transcript ? script.transcript.map((line) => line.what) : script.brief.filter((_, i) => i % 2).map((place) => report.lines[place][1]);

/** Its id, and which iteration of it: "framing.kind #2". */
const named = (one) => one.iteration > 1 ? `${one.id} #${one.iteration}` : one.id;
const requirements = new Map(report.requirements.map((one) => [one.id, one]));
const chapterTitle = (chapter) => chapter.replace(/^\d+-/, "").replaceAll("-", " ").replace(/^./, (c) => c.toUpperCase());
const chapterNumber = (chapter) => (/^(\d+)-/.exec(chapter) || ["", ""])[1].replace(/^0/, "");

function tally(cases) {
  const counts = Object.fromEntries(VERDICTS.map((verdict) => [verdict, 0]));
  for (const one of cases) counts[one.verdict] = (counts[one.verdict] || 0) + 1;
  return counts;
}

function fillBar(bar, counts, total) {
  const told = BAR.filter((verdict) => counts[verdict]);
  bar.setAttribute("aria-label", told.map((verdict) => `${counts[verdict]} ${words(verdict)}`).join(", ") + ` of ${total}`);
  bar.replaceChildren(...told.map((verdict) => element("i", { "data-v": verdict, style: `flex:${counts[verdict]}`, title: `${counts[verdict]} ${words(verdict)}` })));
  return bar;
}

// ---- What is shown -------------------------------------------------------------------------------------------------------------
const filter = { text: "", verdict: null, role: null, chapter: null };

report.cases.forEach((one) => {
  one.chapter ||= "other";
  one.haystack = [named(one), one.goal, one.expected, one.actual, one.requirements.join(" "), [...new Set(saidIn(one))].join(" ")].join("\n").toLowerCase();
});
const rank = new Map(VERDICTS.map((verdict, i) => [verdict, i]));
report.cases.sort((a, b) => a.chapter.localeCompare(b.chapter) || rank.get(a.verdict) - rank.get(b.verdict));

function admits(one) {
  return (!filter.verdict || one.verdict === filter.verdict) && (!filter.role || one.role === filter.role) &&
    (!filter.chapter || one.chapter === filter.chapter) && filter.text.split(/\s+/).every((word) => one.haystack.includes(word));
}

// ---- One case ------------------------------------------------------------------------------------------------------------------
function grouped(hex, from, to) {
  const lines = [];
  for (let at = from; at < to; at += 32) lines.push(hex.slice(at, Math.min(at + 32, to)).replace(/(..)(?=.)/g, "$1 "));
  return lines.join("\n");
}

function hexCell(hex, octets) {
  const cell = element("td.hex");
  const folded = 32 * 4;
  const beyond = octets > hex.length / 2 ? `\n(${octets} octets in all)` : "";
  const whole = () => cell.replaceChildren(grouped(hex, 0, hex.length) + beyond);
  if (hex.length <= folded + 32) whole();
  else cell.append(grouped(hex, 0, folded), "\n", element("button", { type: "button", onclick: whole }, `${(hex.length - folded) / 2} more octets`));
  return cell;
}

function transcript(script) {
  const lines = linesOf(script);
  if (!lines.length) return element("p.none", {}, "Nothing was exchanged.");
  const connections = new Set(lines.map((line) => line.connection).filter(Boolean));
  const rows = lines.map((line) => {
    const fields = (line.fields || []).map(([name, value]) => element("span.field", {}, element("span.name", {}, name), "\u00a0", value, " "));
    const what = element("td.what", {}, element("span.message", {}, line.what), line.note ? element("div.remarked", {}, line.note) : null, element("div", {}, ...fields));
    const way = (connections.size > 1 ? `${line.connection || " "} ` : "") + (WAY[line.direction] || "");
    const row = element("tr." + line.direction, {}, element("td.when", {}, `${(line.at_us / 1000).toFixed(1)} ms`), element("td.way", {}, way));
    if (!line.hex) what.setAttribute("colspan", "2");
    row.append(what, ...(line.hex ? [hexCell(line.hex, line.octets)] : []));
    return row;
  });
  return element("div.scroll", { tabindex: "0", role: "region", "aria-label": "Transcript" }, element("table.wire", {}, element("tbody", {}, ...rows)));
}

function rule(id) {
  const known = requirements.get(id);
  if (!known) return element("p.rule", {}, element("b", {}, id), "not in the specification");
  return element("p.rule", {}, element("b", {}, id), known.sentence + " ", element("small", {}, `${known.level} · ${known.role} · ${known.provenance}`));
}

function copyable(text) {
  const button = element("button", { type: "button", onclick: async () => {
    try { await navigator.clipboard.writeText(text); } catch {
      const range = document.createRange();
      range.selectNodeContents(button.previousSibling);
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      document.execCommand("copy");
    }
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  } }, "Copy");
  return element("div.line", {}, element("code", {}, text), button);
}

function body(one) {
  const parts = [element("h3", {}, one.requirements.length > 1 ? "Requirements" : "Requirement"), ...one.requirements.map(rule)];
  if (one.expected || one.actual) {
    parts.push(element("h3", {}, "Judgement"), element("div.pair", {},
      element("div", {}, element("h3", {}, "Expected"), one.expected || "–"), element("div.actual", {}, element("h3", {}, "Actual"), one.actual || "–")));
  }
  const reason = one.skip_reason || one.baseline_reason;
  if (reason) parts.push(element("h3", {}, one.skip_reason ? `Why ${words(one.verdict)}` : one.standing === "stale" ? "The baseline lists it, but it passes" : "Listed in the baseline"), element("p", {}, reason));
  if (one.note) parts.push(element("h3", {}, "Note"), element("p", {}, one.note));
  if (!one.skip_reason) parts.push(element("h3", {}, "Transcript"), transcript(one));
  if (one.twin) {
    parts.push(element("h3", {}, `The twin: the nearest valid neighbour, which must be accepted · ${words(one.twin.verdict)}`));
    if (one.twin.actual) parts.push(element("p.none", {}, one.twin.actual));
    parts.push(transcript(one.twin));
  }
  if (one.adapter_stderr) parts.push(element("h3", {}, "What the adapter wrote"), element("pre.wrote", { tabindex: "0" }, one.adapter_stderr));
  const again = one.reproduce || report.run.reproduce.replace(" run CASE ", ` run ${one.id} `).replace(/ --seed \d+/, one.iteration > 1 ? ` --seed ${one.seed}` : "$&");
  parts.push(element("h3", {}, one.brief ? "Run it again: it passed, and is told briefly here; its octets come with --trace" : "Reproduce"), copyable(one.brief ? again + " --trace" : again));
  return element("div.body", {}, ...parts);
}

function caseElement(one) {
  const made = element("details.case", { "data-v": one.verdict, id: "case-" + named(one) },
    element("summary", {},
      element("span.badge", {}, element("span", { "aria-hidden": "true" }, SIGN[one.verdict] || "·"), words(one.verdict),
        one.standing === "stale" ? element("small", {}, "stale baseline") : one.baseline_reason ? element("small", {}, "as listed") : null),
      element("span.what-case", {}, element("span.goal", {}, one.goal || one.id), element("span.id", {}, named(one))),
      element("span.tags", {}, element("code", {}, one.requirements.slice(0, 2).join(" ") + (one.requirements.length > 2 ? ` +${one.requirements.length - 2}` : "")), element("br"), one.role)));
  // Opened for the first time: only then is the body made, so that many cases cost nothing.
  made.addEventListener("toggle", () => { if (made.open && made.childElementCount === 1) made.append(body(one)); });
  return made;
}
const drawn = new Map();
const elementOf = (one) => drawn.get(one) || drawn.set(one, caseElement(one)).get(one);

// ---- Drawing -------------------------------------------------------------------------------------------------------------------
function draw() {
  const cases = report.cases.filter(admits);
  const nodes = [];
  let chapter = null;
  for (const one of cases) {
    if (one.chapter !== chapter) nodes.push(element("h3.group", {}, `${chapterNumber(one.chapter)} ${chapterTitle(one.chapter)}`.trim()));
    chapter = one.chapter;
    nodes.push(elementOf(one));
  }
  byId("list").replaceChildren(...(nodes.length ? nodes : [element("p.nothing", {}, report.cases.length ? "No case matches these filters." : "This run has no cases.")]));
  const narrowed = Boolean(filter.text || filter.verdict || filter.role || filter.chapter);
  const by = [filter.verdict && words(filter.verdict), filter.role, filter.chapter && chapterTitle(filter.chapter).toLowerCase(), filter.text && `“${filter.text}”`].filter(Boolean);
  byId("shown").textContent = `${cases.length} of ${report.cases.length} cases` + (by.length ? ` · ${by.join(" · ")}` : "");
  byId("clear").hidden = !narrowed;
  for (const button of document.querySelectorAll("button[data-filter]")) {
    button.setAttribute("aria-pressed", String((filter[button.dataset.filter] || "") === button.dataset.value));
  }
}

function choose(name, value) {
  filter[name] = filter[name] === value ? null : value;
  draw();
}

const choice = (name, value, attributes, ...children) =>
  element("button", { type: "button", "data-filter": name, "data-value": value || "", "aria-pressed": "false", ...attributes, onclick: () => choose(name, value) }, ...children);

function head() {
  const counts = tally(report.cases), planned = report.summary.planned;
  const implementation = report.implementation || {};
  byId("implementation").replaceChildren(implementation.name || "An implementation", element("small", {}, implementation.version || ""));
  document.title = `${implementation.name || "Implementation"} · Coffer conformance`;
  const wrong = [[counts.fail, "fail"], [counts.error, "could not be judged"], [counts.inconclusive, "inconclusive"], [counts.not_run, "not run"]].filter(([count]) => count);
  const tail = wrong.length ? element("span.bad", {}, wrong.map(([count, word]) => `${count} ${word}`).join(", ")) : !counts.pass && !counts.warn ? element("span.bad", {}, "nothing was judged") : planned ? element("span.good", {}, "nothing fails") : element("span.bad", {}, "nothing was judged");
  byId("verdict-line").append(element("b", {}, report.summary.headline), "; ", tail, ".");
  const faults = [...report.preflight_faults.map((fault) => (implementation.adapter ? "The adapter failed its pre-flight: " : "No case was run: ") + fault), ...report.parting_faults.map((fault) => "After the last case: " + fault), ...report.hints, ...report.stale_unknown.map((id) => `The baseline lists a case that the suite does not have: ${id}`)];
  byId("faults").append(...faults.map((fault) => element("li", {}, fault)));
  byId("faults").hidden = !faults.length;
  fillBar(byId("overall"), counts, planned);
  byId("legend").append(...BAR.map((verdict) => choice("verdict", verdict, { "data-v": verdict, disabled: counts[verdict] ? null : "" }, element("b", {}, String(counts[verdict])), words(verdict))));
  byId("reasons").append(...(report.preflight_faults.length ? [] : report.summary.unjudged).map((group) =>
    element("li", {}, element("b", {}, String(group.count)), ` ${group.role} ${words(group.verdict)}: `, group.reason)));
  byId("reasons").hidden = !byId("reasons").childElementCount;
  const run = report.run;
  const facts = [["Roles", implementation.roles.join(", ")], ["Suite", report.suite.version], ["Specification", `${report.specification.name}, edition ${report.specification.version}, ${report.specification.requirements} requirements`],
    ["Reason codes", run.strict ? "strict" : "lenient"], ["Started", run.started_at.replace("T", " ").replace("Z", " UTC")], ["Took", `${(run.duration_ms / 1000).toFixed(1)} s`], ["Seed", run.seed],
    ["Shard", run.shards > 1 ? `${run.shard} of ${run.shards}` : null], ...Object.entries(implementation.claims)];
  byId("facts").append(...facts.filter(([, value]) => value !== undefined && value !== null && value !== "").map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, String(value)))));
  byId("colophon").textContent = `${planned} cases planned: those not applicable or unimplemented are never counted as passes. The same content, for programs: report.json; for CI: junit.xml.`;
}

function chapters() {
  const names = [...new Set(report.cases.map((one) => one.chapter))].sort();
  byId("chapters").append(...names.map((name) => {
    const cases = report.cases.filter((one) => one.chapter === name), counts = tally(cases);
    const applicable = cases.length - counts.not_applicable;
    const bad = BAR.filter((verdict) => ["fail", "error", "inconclusive", "warn", "not_run"].includes(verdict) && counts[verdict]);
    return choice("chapter", name, {}, element("span", {}, element("span.number", {}, chapterNumber(name)), chapterTitle(name)), fillBar(element("span.bar", { role: "img" }), counts, cases.length),
      element("span.counts", {}, ...(applicable ? [element("b", {}, String(counts.pass)), ` of ${applicable} pass`] : ["not judged"]), ...bad.map((verdict) => element("span.chip", { "data-v": verdict, title: words(verdict) }, `${SIGN[verdict]} ${counts[verdict]}`, element("span.hidden", {}, ` ${words(verdict)}`)))));
  }));
  byId("roles").append(choice("role", null, { "aria-pressed": "true" }, "All"), ...Object.keys(report.summary.by_role).map((role) => choice("role", role, {}, role === "endpoint" ? "Either end" : role[0].toUpperCase() + role.slice(1))));
}

function unjudged() {
  const judged = new Set(report.cases.flatMap((one) => one.requirements));
  const rest = [...requirements.keys()].filter((id) => !judged.has(id));
  byId("unjudged-section").hidden = !rest.length;
  byId("unjudged-count").textContent = `${rest.length} of ${requirements.size}`;
  byId("unjudged").addEventListener("toggle", () => {
    if (!byId("unjudged-list").childElementCount) byId("unjudged-list").append(...rest.map((id) => {
      const made = rule(id);
      made.lastChild.append(` · judged by ${requirements.get(id).judged}`);
      return made;
    }));
  });
}

function openNamed() {
  const wanted = decodeURIComponent(location.hash.slice(1)).replace(/^case-/, "");
  const one = report.cases.find((candidate) => named(candidate) === wanted);
  if (!one) return;
  if (!admits(one)) { Object.assign(filter, { text: "", verdict: null, role: null, chapter: null }); byId("search").value = ""; draw(); }
  const made = elementOf(one);
  made.open = true;
  requestAnimationFrame(() => made.scrollIntoView({ block: "start" }));  // when what stands above it has its size
}

head();
chapters();
unjudged();
draw();
for (const one of report.cases.filter((one) => ["fail", "error", "inconclusive"].includes(one.verdict)).sort((a, b) => rank.get(a.verdict) - rank.get(b.verdict)).slice(0, 1)) elementOf(one).open = true;

byId("search").addEventListener("input", (event) => { filter.text = event.target.value.trim().toLowerCase(); draw(); });
byId("clear").addEventListener("click", () => { Object.assign(filter, { text: "", verdict: null, role: null, chapter: null }); byId("search").value = ""; draw(); byId("search").focus(); });
byId("expand").addEventListener("click", (event) => {
  const open = event.target.textContent === "Open all";
  for (const made of document.querySelectorAll("details.case")) made.open = open;
  event.target.textContent = open ? "Close all" : "Open all";
});
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && !/^(INPUT|TEXTAREA)$/.test(event.target.tagName)) { event.preventDefault(); byId("search").focus(); }
  if (event.key === "Escape" && event.target === byId("search")) { byId("search").value = filter.text = ""; draw(); }
});
addEventListener("hashchange", openNamed);
openNamed();
