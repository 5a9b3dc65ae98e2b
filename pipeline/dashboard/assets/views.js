// The views: each takes the parameters of the address and gives its heading and its content.

const VIEWS = {
  overview: { draw: overview, filters: ["dim", "year"] },
  heat: { draw: heat, filters: ["dim", "year"] },
  practices: { draw: practices, filters: ["dim", "year"] },
  achievements: { draw: achievements, filters: ["dim", "year"] },
  honours: { draw: honours, filters: ["dim", "year"] },
  reports: { draw: reports, filters: ["dim", "year"] },
  evidence: { draw: evidence, tab: "heat", filters: ["dim", "year"] },
  rejected: { draw: rejected, tab: "overview", filters: [] },
  issues: { draw: issues, tab: "overview", filters: [] },
  report: { draw: report, tab: "reports", filters: [] },
};
const TABS = Object.keys(VIEWS).filter((name) => !VIEWS[name].tab);

// --- overview ---------------------------------------------------------------------------------------

function overview(params) {
  const keep = kept(params);
  const rows = keep.rows();
  const own = shared(params);
  const failed = DATA.failed ? h("p", { class: "lead" }, h("a", { href: href("issues", own) }, T("failed", { n: count(DATA.failed) }))) : null;
  if (!rows.length) return [failed, nothing(REPORTS.n ? T("nothing") : T("empty"))];
  const branches = new Set(rows.map((i) => REPORTS.branch[i]).filter((b) => b !== null));
  const tile = (n, key, view) =>
    h("li", {}, h("a", { href: href(view, own) }, h("b", {}, count(n)), h("span", {}, T(key))));
  const tiles = h("ul", { class: "tiles" },
    tile(rows.length, "count.reports", "reports"),
    tile(branches.size, "count.branches", "reports"),
    FACTS.map((layer) => tile(keep.facts(layer).length, `layer.${layer}`, layer)),
  );
  return [
    failed,
    tiles,
    h("div", { class: "cards" },
      card(T("byDimension"), dimensionBars(keep, own)),
      card(T("byPractice"), kindBars("practices", keep, own)),
      card(T("byLevel"), levelBars(keep, own)),
      card(T("byRegion"), regionBars(rows, own)),
    ),
    h("h2", { class: "part" }, T("quality")),
    h("p", { class: "lead" }, T("quality.why")),
    h("div", { class: "cards" },
      card(T("coverage"), coverage(keep, own)),
      card(T("confidence"), confidence(keep, own)),
      card(T("rejectedBy"), rejectedBars(keep, own)),
      card(T("issuesBy"), issueBars(keep, own)),
    ),
  ];
}

function dimensionBars(keep, own) {
  if (!DIMENSIONS.length) return nothing();
  const counts = DIMENSIONS.map(() => 0);
  for (const i of keep.sentences()) {
    for (let d = 0; d < counts.length; d += 1) counts[d] += (SENTENCES.d[i] >> d) & 1;
  }
  return bars(DIMENSIONS.map((dimension, d) => ({
    text: dimension.name, n: counts[d], colour: `var(--dim-${d % 8}-fg)`,
    href: href("evidence", { ...own, d: dimension.key }),
  })).filter((_, d) => keep.dim === undefined || keep.dim === d));
}

function kindBars(layer, keep, own, current) {
  const rows = LAYERS[layer];
  const counts = [...tally(keep.facts(layer).map((i) => rows.kind[i]))].sort((a, b) => b[1] - a[1]);
  if (!counts.length) return nothing();
  return bars(counts.map(([kind, n]) => ({
    text: label(layer.slice(0, -1), kind), n, colour: `var(--${layer}-fg)`, current: current === String(kind ?? NONE),
    href: href(layer, { ...own, kind: current === String(kind ?? NONE) ? "" : (kind ?? NONE) }),
  })));
}

const LEVELS = ["national", "provincial", "municipal", "county", "unit"];

function levelBars(keep, own) {
  const counts = tally(keep.facts("honours").map((i) => LAYERS.honours.level[i]));
  if (!counts.size) return nothing();
  return bars([...LEVELS, null].filter((level) => counts.has(level)).map((level) => ({
    text: label("level", level), n: counts.get(level), colour: level === null ? "var(--faint-fg)" : "var(--honours-fg)",
    href: href("honours", { ...own, level: level ?? NONE }),
  })));
}

function regionBars(rows, own) {
  const counts = [...tally(rows.map((i) => REPORTS.region[i]))].sort((a, b) => (a[0] === null) - (b[0] === null) || b[1] - a[1]);
  const most = 8;
  const shown = counts.filter(([region]) => region !== null).slice(0, most);
  const gone = counts.find(([region]) => region === null);
  const items = [...shown, ...(gone ? [gone] : [])].map(([region, n]) => ({
    text: region ?? T("missing"), n, colour: region === null ? "var(--faint-fg)" : null, href: href("reports", { ...own, "r.region": region ?? NONE }),
  }));
  const rest = counts.length - items.length;
  return [bars(items), rest > 0 ? h("p", { class: "more" }, h("a", { href: href("heat", { ...own, by: "region" }) }, T("moreRegions", { n: count(rest) }))) : null];
}

/** How much is filled; each leads to what is not. */
function coverage(keep, own) {
  const sections = range(SECTIONS.n).filter((i) => keep.reports[SECTIONS.r[i]]);
  const sentences = range(SENTENCES.n).filter((i) => keep.reports[SENTENCES.r[i]] && !SENTENCES.h[i]);
  const filled = (layer, name) => {
    const facts = keep.facts(layer);
    return [facts.filter((i) => LAYERS[layer][name][i] !== null).length, facts.length];
  };
  const rows = keep.rows();
  const parts = [
    ["coverage.sections", sections.filter((i) => SECTIONS.d[i] >= 0).length, sections.length, null],
    ["coverage.sentences", sentences.filter((i) => SENTENCES.d[i]).length, sentences.length, href("evidence", { ...own, d: NONE })],
    ["coverage.branch", rows.filter((i) => REPORTS.branch[i] !== null).length, rows.length, href("reports", { ...own, "r.kind": "article" })],
    ["coverage.region", rows.filter((i) => REPORTS.region[i] !== null).length, rows.length, href("reports", { ...own, "r.region": NONE })],
    ["coverage.indicator", ...filled("achievements", "indicator"), href("achievements", { ...own, ind: NONE })],
    ["coverage.level", ...filled("honours", "level"), href("honours", { ...own, level: NONE })],
    ["coverage.year", ...filled("honours", "year"), href("honours", { ...own, y: NONE })],
  ].filter(([, , all]) => all);
  return bars(parts.map(([key, n, all, gaps]) => ({
    href: n < all ? gaps : null, title: T("showGaps"),
    text: T(key), n: n / all, shown: T("share", { percent: Math.round((100 * n) / all), n: count(n), all: count(all) }),
  })), 1, "shares");
}

/** How sure the rules were: a bar a value (rules give few values, so that no bins are needed). */
function confidence(keep, own) {
  const items = FACTS.flatMap((layer) =>
    [...tally(keep.facts(layer).map((i) => sureness(layer, i)))].sort((a, b) => b[0].localeCompare(a[0])).map(([c, n]) => ({
      text: `${T(`layer.${layer}`)} ${c === NONE ? T("missing") : c}`, n, colour: `var(--${layer}-fg)`, href: href(layer, { ...own, conf: c }),
    })));
  return items.length ? bars(items) : nothing();
}

/** A fact's confidence to one place, as text: what it is counted and chosen by. */
function sureness(layer, i) {
  const c = LAYERS[layer].confidence[i];
  return c === null ? NONE : c.toFixed(1);
}

function rejectedBars(keep, own) {
  const counts = [...tally(keep.facts("rejected").map((i) => LAYERS.rejected.reason[i]))].sort((a, b) => b[1] - a[1]);
  if (!counts.length) return nothing(T("rejected.none"));
  const items = counts.slice(0, 7).map(([reason, n]) => ({ text: label("reason", reason), n, href: href("rejected", { ...own, reason }) }));
  return [bars(items), h("p", { class: "more" }, h("a", { href: href("rejected", own) }, T("rejected.all")))];
}

function issueRows(keep) {
  return range(ISSUES.n).filter((i) => ISSUES.r[i] < 0 || keep.reports[ISSUES.r[i]]);
}

function issueBars(keep, own) {
  const rows = issueRows(keep);
  if (!rows.length) return nothing(T("issues.none"));
  return bars([...tally(rows.map((i) => `${ISSUES.stage[i]}|${ISSUES.severity[i]}`))].map(([key, n]) => {
    const [stage, severity] = key.split("|");
    return { text: `${label("stage", stage)} · ${label("severity", severity)}`, n, href: href("issues", { ...own, stage }) };
  }));
}

// --- heat map -----------------------------------------------------------------------------------------

/** The groups of reports that are the rows of the heat map: [name, key, reports]. */
function groups(by, rows) {
  const found = new Map();
  for (const i of rows) {
    const value = by === "branch" ? branchOf(i) : REPORTS[by][i];
    const key = value ?? NONE;
    if (!found.has(key)) found.set(key, []);
    found.get(key).push(i);
  }
  return found;
}

function nameOf(by, key) {
  if (key === NONE && by !== "branch") return T("missing");
  return by === "level" ? label("level", key) : by === "kind" ? label("report", key) : key;
}

function evidenceCounts(keep, measure) {
  const counts = DIMENSIONS.map(() => new Int32Array(REPORTS.n));
  if (measure === "facts") {
    for (const layer of FACTS) for (const i of keep.facts(layer)) if (LAYERS[layer].d[i] >= 0) counts[LAYERS[layer].d[i]][LAYERS[layer].r[i]] += 1;
  } else {
    for (const i of keep.sentences()) for (let d = 0; d < DIMENSIONS.length; d += 1) counts[d][SENTENCES.r[i]] += (SENTENCES.d[i] >> d) & 1;
  }
  return counts;
}

function heatRows(params, keep) {
  const counts = evidenceCounts(keep, params.m);
  const dims = range(DIMENSIONS.length).filter((d) => keep.dim === undefined || keep.dim === d);
  const lines = [...groups(params.by ?? "branch", keep.rows())].map(([key, reports]) => {
    const cells = dims.map((d) => reports.reduce((sum, i) => sum + counts[d][i], 0));
    return { key, reports, cells, total: cells.reduce((a, b) => a + b, 0), blanks: cells.filter((n) => !n).length };
  });
  const order = new Intl.Collator("zh-CN", { numeric: true });
  const ways = {
    name: (a, b) => order.compare(a.key, b.key),
    total: (a, b) => b.total - a.total || order.compare(a.key, b.key),
    blanks: (a, b) => b.blanks - a.blanks || a.total - b.total || order.compare(a.key, b.key),
  };
  return { dims, lines: lines.sort(ways[params.order] ?? ways.total) };
}

function heat(params) {
  const keep = kept(params);
  const by = params.by ?? "branch";
  const { dims, lines } = heatRows(params, keep);
  const set = (name) => (value) => go(href("heat", { ...address().params, [name]: value, p: "" }));
  const controls = h("div", { class: "controls" },
    choice("by", T("heat.by"), [["branch", T("column.branch")], ...FACETS.map((f) => [f, T(`column.${f === "kind" ? "report_kind" : f}`)])], by, set("by")),
    choice("m", T("heat.measure"), [["", T("heat.sentences")], ["facts", T("heat.facts")]], params.m, set("m")),
    choice("order", T("heat.order"), [["", T("heat.order.total")], ["name", T("heat.order.name")], ["blanks", T("heat.order.blanks")]], params.order, set("order")),
  );
  if (!lines.length || !dims.length) return [controls, nothing(REPORTS.n ? T("nothing") : T("empty"))];
  const steps = thresholds(lines.flatMap((line) => line.cells));
  const pages = Math.ceil(lines.length / PAGE);
  const page = Math.min(pages, Math.max(1, Number.parseInt(params.p ?? "1", 10) || 1));
  const heads = [T(by === "branch" ? "column.branch" : `column.${by === "kind" ? "report_kind" : by}`), ...dims.map(dimensionName), T("total")];
  const csv = download(T("file.heat"), heads, () => lines.map((l) => [nameOf(by, l.key), ...l.cells.map((n) => (n ? n : T("notStated"))), l.total]));
  return [
    controls,
    h("div", { class: "tablehead" }, h("p", { class: "found", id: "found" }, T("heat.found", { n: count(lines.length) })), legend(steps), csv),
    h("div", { class: "wide" }, heatTable(lines.slice((page - 1) * PAGE, page * PAGE), dims, steps, heads, params)),
    pager("heat", params, page, pages),
  ];
}

function heatTable(lines, dims, steps, heads, params) {
  const by = params.by ?? "branch";
  const own = shared(params);
  const cell = (line, d, n) => {
    const name = nameOf(by, line.key);
    if (!n) return h("td", { class: "heat heat-0" }, T("notStated"));
    const step = steps.findIndex((least) => n <= least) + 1;
    const target = href("evidence", { ...own, by, key: line.key, d: DIMENSIONS[d].key, m: params.m });
    const spoken = T("heat.cell", { name, dimension: dimensionName(d), n: count(n) });
    return h("td", { class: `heat heat-${step || steps.length}` }, h("a", { href: target, "aria-label": spoken }, count(n)));
  };
  const head = (line) => {
    const single = by === "branch" ? reportHref(line.reports[0], params) : href("reports", { ...own, [`r.${by}`]: line.key });
    return h("th", { scope: "row" }, h("a", { href: single }, nameOf(by, line.key)));
  };
  return h("table", { class: "heatmap" },
    h("caption", { class: "unseen" }, T("heat.caption")),
    h("thead", {}, h("tr", {}, heads.map((text, i) => h("th", { scope: "col", class: i ? "right" : null }, text)))),
    h("tbody", {}, lines.map((line) =>
      h("tr", {}, head(line), line.cells.map((n, at) => cell(line, dims[at], n)), h("td", { class: "right total" }, count(line.total)))),
    ));
}

/** Upper ends of up to five steps of colour, each with about as many cells (quantiles of those not empty). */
function thresholds(cells) {
  const filled = cells.filter((n) => n > 0).sort((a, b) => a - b);
  if (!filled.length) return [1];
  const ends = [0.2, 0.4, 0.6, 0.8, 1].map((q) => filled[Math.ceil(q * filled.length) - 1]);
  return [...new Set(ends)];
}

function legend(steps) {
  return h("ul", { class: "legend" },
    h("li", { class: "heat heat-0" }, T("notStated")),
    steps.map((least, i) => {
      const low = i ? steps[i - 1] + 1 : 1;
      return h("li", { class: `heat heat-${i + 1}` }, low < least ? `${low}–${least}` : String(least));
    }));
}

// --- what a cell of the heat map counts ------------------------------------------------------------------

function evidence(params) {
  const by = params.by ?? "branch";
  const bare = params.d === NONE; // sentences without any dimension
  const d = DIMENSIONS.findIndex((dimension) => dimension.key === params.d);
  const own = shared(params);
  const keep = kept(bare ? own : { ...own, dim: params.d });
  const ours = (report) => params.key === undefined || (by === "branch" ? branchOf(report) : (REPORTS[by]?.[report] ?? NONE)) === params.key;
  if (d < 0 && !bare) return [nothing(T("unknownDimension"))];
  const title = params.key === undefined ? "" : nameOf(by, params.key);
  const head = h("p", { class: "lead" }, title, " ", dimensionChip(d), " ", h("a", { class: "back", href: href("heat", { ...own, by, m: params.m }) }, T("backToHeat")));
  if (params.m === "facts") {
    const layers = FACTS.map((layer) => [layer, keep.facts(layer).filter((i) => ours(LAYERS[layer].r[i]))]).filter(([, facts]) => facts.length);
    if (!layers.length) return [head, nothing()];
    return [head, layers.map(([layer, facts]) => card(T(`layer.${layer}`), factTable("evidence", layer, facts, params)))];
  }
  const rows = keep.sentences().filter((i) => ours(SENTENCES.r[i]) && !(bare && (SENTENCES.d[i] || SENTENCES.h[i])));
  const columns = [
    { name: "sentence", value: sentenceText, cell: (i) => h("a", { class: "sentence", href: reportHref(SENTENCES.r[i], own, SENTENCES.a[i], SENTENCES.b[i]) }, sentenceText(i)) },
    { name: "branch", value: (i) => branchOf(SENTENCES.r[i]), cell: (i) => h("a", { href: reportHref(SENTENCES.r[i], own) }, branchOf(SENTENCES.r[i])) },
  ];
  const csv = download(T("file.evidence"), [T("column.branch"), T("column.dimension"), T("column.sentence"), T("column.path"), T("column.report_id")],
    () => rows.map((i) => [REPORTS.branch[SENTENCES.r[i]], bare ? null : dimensionName(d), sentenceText(i), REPORTS.path[SENTENCES.r[i]], REPORTS.id[SENTENCES.r[i]]]));
  return [head, grid("evidence", columns, rows, params, csv, T("view.evidence"))];
}

// --- practices ---------------------------------------------------------------------------------------------

function practices(params) {
  const keep = kept(params);
  const rows = LAYERS.practices;
  const found = keep.facts("practices").filter((i) =>
    same(params.kind, rows.kind[i]) && same(params.conf, sureness("practices", i)) &&
    (!params.q || holds(params.q, words("practices", i), rows.action[i], branchOf(rows.r[i]), sentenceText(rows.s[i]))));
  return [
    h("div", { class: "beside" },
      side(T("byPractice"), kindBars("practices", keep, { ...shared(params), q: params.q }, params.kind)),
      h("div", {}, h("div", { class: "controls" }, searchBox("q", params, "practices"), undo(params, "practices", ["kind", "q", "conf"])),
        factTable("practices", "practices", found, params))),
  ];
}

/** A way back from what a view's own choices leave, shown when there is one. */
function undo(params, view, names) {
  if (!names.some((name) => params[name])) return null;
  return h("a", { class: "undo", href: href(view, shared(params)) }, T("showAll"));
}

// --- achievements --------------------------------------------------------------------------------------------

function achievements(params) {
  const keep = kept(params);
  const rows = LAYERS.achievements;
  const matching = keep.facts("achievements").filter((i) =>
    same(params.kind, rows.kind[i]) && same(params.conf, sureness("achievements", i)) &&
    (!params.q || holds(params.q, words("achievements", i), rows.indicator[i], branchOf(rows.r[i]), sentenceText(rows.s[i]))));
  const chosen = matching.filter((i) => same(params.ind, rows.indicator[i]) && same(params.unit, rows.unit[i]));
  const inside = chosen.filter((i) => (params.lo === undefined || rows.value[i] >= +params.lo) && (params.hi === undefined || rows.value[i] <= +params.hi));
  const one = params.unit !== undefined && params.unit !== NONE;
  return [
    h("div", { class: "beside" },
      h("div", {}, side(T("byKind"), kindBars("achievements", keep, shared(params), params.kind)),
        side(T("byIndicator"), indicators(matching, params))),
      h("div", {}, h("div", { class: "controls" }, searchBox("q", params, "achievements"), undo(params, "achievements", ["kind", "q", "ind", "unit", "lo", "hi", "conf"])),
        one ? card(T("distribution", { indicator: params.ind === undefined ? T("allIndicators") : params.ind === NONE ? T("missing") : params.ind, unit: params.unit }), distribution(chosen, params)) : null,
        factTable("achievements", "achievements", inside, params))),
  ];
}

/** The commonest pairs of indicator and unit, each with how many and the middle value. */
function indicators(facts, params) {
  const rows = LAYERS.achievements;
  const found = new Map();
  for (const i of facts) {
    const key = `${rows.indicator[i] ?? NONE}\u0000${rows.unit[i] ?? NONE}`;
    if (!found.has(key)) found.set(key, []);
    found.get(key).push(rows.value[i]);
  }
  const most = 12;
  const sorted = [...found].filter(([key]) => !key.startsWith(`${NONE}\u0000`)).sort((a, b) => b[1].length - a[1].length).slice(0, most);
  if (!sorted.length) return nothing();
  const own = { ...shared(params), kind: params.kind, q: params.q };
  const line = ([key, values]) => {
    const [ind, unit] = key.split("\u0000");
    values.sort((a, b) => a - b);
    const current = params.ind === ind && params.unit === unit;
    return h("tr", {},
      h("th", { scope: "row" }, h("a", { href: href("achievements", { ...own, ind, unit }), "aria-current": current ? "true" : null }, `${ind}${unit === NONE ? "" : `（${unit}）`}`)),
      h("td", { class: "right" }, count(values.length)),
      h("td", { class: "right" }, amount(values[values.length >> 1])));
  };
  const units = [...tally(facts.map((i) => rows.unit[i]).filter((u) => u !== null))].sort((a, b) => b[1] - a[1]).slice(0, 40);
  const pick = (value) => go(href("achievements", { ...own, unit: value }));
  return [
    h("table", { class: "small" },
      h("thead", {}, h("tr", {}, [T("indicatorUnit"), T("times"), T("median")].map((text, i) => h("th", { scope: "col", class: i ? "right" : null }, text)))),
      h("tbody", {}, sorted.map(line))),
    choice("unit", T("orUnit"), [["", T("any")], ...units.map(([u, n]) => [u, `${u} · ${count(n)}`])], params.ind === undefined ? params.unit : "", pick),
  ];
}

/** A histogram of the values; each bar leads to its rows. Wide ranges are cut by powers of ten. */
function distribution(facts, params) {
  const rows = LAYERS.achievements;
  const values = facts.map((i) => rows.value[i]).sort((a, b) => a - b);
  if (!values.length) return nothing();
  const [least, most, middle] = [values[0], values[values.length - 1], values[values.length >> 1]];
  const edges = binEdges(least, most);
  const bins = range(edges.length - 1).map((b) => values.filter((v) => v >= edges[b] && (b === edges.length - 2 ? v <= edges[b + 1] : v < edges[b + 1])));
  const tallest = Math.max(...bins.map((bin) => bin.length));
  const own = { ...params, p: "" };
  const bar = (bin, b) => {
    const text = `${amount(edges[b])}–${amount(edges[b + 1])}`;
    const column = h("span", { class: "column", "aria-hidden": "true" });
    column.style.height = `calc((100% - 1.5rem) * ${bin.length / tallest})`; // room for the number above
    const shown = [h("span", { class: "n" }, bin.length ? count(bin.length) : ""), column];
    const inner = bin.length
      ? h("a", { href: href("achievements", { ...own, lo: bin[0], hi: bin[bin.length - 1] }), "aria-label": T("bin", { range: text, n: count(bin.length), unit: params.unit }), "aria-current": +params.lo === bin[0] ? "true" : null }, shown)
      : h("span", { class: "hollow" }, shown);
    return h("li", {}, inner, h("span", { class: "edge" }, amount(edges[b], 1e4)));
  };
  return [
    h("ul", { class: "histogram" }, bins.map(bar)),
    h("p", { class: "more" }, T("spread", { n: count(values.length), least: amount(least), middle: amount(middle), most: amount(most), unit: params.unit })),
  ];
}

function binEdges(least, most) {
  if (least === most) return [least, most];
  if (least > 0 && most / least > 200) {
    const edges = [];
    for (let power = Math.floor(Math.log10(least)); power <= Math.ceil(Math.log10(most)); power += 1) edges.push(10 ** power);
    return edges;
  }
  const rough = (most - least) / 8;
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * unit).find((m) => m >= rough);
  const first = Math.floor(least / step);
  return range(Math.floor(most / step) - first + 2).map((i) => Number(((first + i) * step).toPrecision(12)));
}

// --- honours ---------------------------------------------------------------------------------------------------

function honours(params) {
  const keep = kept(params);
  const rows = LAYERS.honours;
  const all = keep.facts("honours");
  const found = all.filter((i) =>
    same(params.level, rows.level[i]) && same(params.y, rows.year[i]) && same(params.kind, rows.kind[i]) && same(params.conf, sureness("honours", i)) &&
    (!params.q || holds(params.q, words("honours", i), rows.issuer[i], branchOf(rows.r[i]), sentenceText(rows.s[i]))));
  const kinds = [...tally(all.map((i) => rows.kind[i]))].sort((a, b) => b[1] - a[1]);
  const pick = (value) => go(href("honours", { ...address().params, kind: value, p: "" }));
  return [
    card(T("levelYear"), levelYear(all, params)),
    h("div", { class: "controls" }, searchBox("q", params, "honours"),
      choice("kind", T("column.kind"), [["", T("any")], ...kinds.map(([k, n]) => [k ?? NONE, `${label("honour", k)} · ${count(n)}`])], params.kind, pick),
      undo(params, "honours", ["kind", "q", "level", "y", "conf"])),
    factTable("honours", "honours", found, params),
  ];
}

function levelYear(facts, params) {
  if (!facts.length) return nothing();
  const rows = LAYERS.honours;
  const counts = tally(facts.map((i) => `${rows.level[i] ?? NONE}|${rows.year[i] ?? NONE}`));
  const years = [...new Set(facts.map((i) => rows.year[i]))].sort((a, b) => (a ?? 0) - (b ?? 0));
  const levels = [...LEVELS, null].filter((level) => facts.some((i) => rows.level[i] === level));
  const steps = thresholds([...counts.values()]);
  const own = shared(params);
  const cell = (level, year) => {
    const n = counts.get(`${level ?? NONE}|${year ?? NONE}`);
    if (!n) return h("td", { class: "heat heat-none" }, h("span", { class: "unseen" }, T("none")));
    const target = href("honours", { ...own, level: level ?? NONE, y: year ?? NONE });
    const current = params.level === (level ?? NONE) && params.y === String(year ?? NONE);
    return h("td", { class: `heat heat-${steps.findIndex((least) => n <= least) + 1}` },
      h("a", { href: target, "aria-current": current ? "true" : null, "aria-label": T("levelYear.cell", { level: label("level", level), year: year ?? T("yearMissing"), n: count(n) }) }, count(n)));
  };
  return h("div", { class: "wide", tabindex: 0, role: "region", "aria-label": T("levelYear") }, h("table", { class: "heatmap few" },
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, T("column.level")), years.map((y) => h("th", { scope: "col", class: "right" }, y === null ? T("yearMissing") : String(y))))),
    h("tbody", {}, levels.map((level) => h("tr", {}, h("th", { scope: "row" }, label("level", level)), years.map((year) => cell(level, year)))))));
}

// --- reports, refused numbers, issues ------------------------------------------------------------------------------

function reports(params) {
  const keep = kept(params);
  const rows = keep.rows().filter((i) => !params.q || holds(params.q, REPORTS.branch[i], REPORTS.title[i], REPORTS.text[i]));
  const number = (layer) => ({ name: layer, right: true, value: (i) => FIRST_FACT[layer][i + 1] - FIRST_FACT[layer][i], cell: (i) => {
    const n = FIRST_FACT[layer][i + 1] - FIRST_FACT[layer][i];
    if (!n) return h("span", { class: "missing" }, T("notStated"));
    return REPORTS.branch[i] === null ? count(n) : h("a", { href: href(layer, { ...shared(params), branch: REPORTS.branch[i] }) }, count(n));
  } });
  const text = (name, group) => ({ name, value: (i) => REPORTS[name][i], cell: (i) => (REPORTS[name][i] === null ? h("span", { class: "missing" }, T("missing")) : group ? label(group, REPORTS[name][i]) : REPORTS[name][i]) });
  const columns = [
    { name: "branch", value: branchOf, cell: (i) => [h("a", { href: reportHref(i, params) }, branchOf(i)), COPY_OF[i] === null ? null : h("span", { class: "chip copy" }, T("copies.one")), REPORTS.branch[i] === null ? null : h("span", { class: "snippet" }, REPORTS.title[i] ?? "")] },
    ...FACETS.filter((name) => name !== "kind").map((name) => text(name, name === "level" ? "level" : null)),
    ...FACTS.map(number),
  ];
  const heads = ["branch", "title", "author", "organisation", ...FACETS, "publication", "date", ...FACTS, "path", "report_id", "duplicate_of"];
  const csv = download(T("file.reports"), heads.map((name) => T(`column.${name}`)), () => rows.map((i) => [
    ...["branch", "title", "author", "organisation"].map((name) => REPORTS[name][i]),
    ...FACETS.map((name) => (REPORTS[name][i] === null ? null : label(name === "kind" ? "report" : name, REPORTS[name][i]))),
    REPORTS.publication[i], REPORTS.date[i], ...FACTS.map((layer) => number(layer).value(i)), REPORTS.path[i], REPORTS.id[i], COPY_OF[i] === null ? null : REPORTS.id[COPY_OF[i]]]));
  return [h("div", { class: "controls" }, searchBox("q", params, "reports"), undo(params, "reports", ["q"])),
    REPORTS.n ? grid("reports", columns, rows, params, csv, T("view.reports")) : nothing(T("empty"))];
}

function rejected(params) {
  const keep = kept(params);
  const rows = LAYERS.rejected;
  const found = keep.facts("rejected").filter((i) => same(params.reason, rows.reason[i]) && (!params.q || holds(params.q, words("rejected", i), sentenceText(rows.s[i]))));
  const reasons = [...tally(keep.facts("rejected").map((i) => rows.reason[i]))].sort((a, b) => b[1] - a[1]);
  const pick = (value) => go(href("rejected", { ...address().params, reason: value, p: "" }));
  return [h("p", { class: "lead" }, T("rejected.why")),
    h("div", { class: "controls" }, searchBox("q", params, "rejected"),
      choice("reason", T("column.reason"), [["", T("any")], ...reasons.map(([r, n]) => [r, `${label("reason", r)} · ${count(n)}`])], params.reason, pick)),
    factTable("rejected", "rejected", found, params)];
}

function issues(params) {
  const rows = issueRows(kept(params)).filter((i) => same(params.stage, ISSUES.stage[i]));
  const text = (name, group) => ({ name, value: (i) => ISSUES[name][i], cell: (i) => (group ? label(group, ISSUES[name][i]) : (ISSUES[name][i] ?? "")) });
  const columns = [text("message"), text("cure"), text("stage", "stage"), text("severity", "severity"),
    { name: "path", value: (i) => ISSUES.path[i], cell: (i) => (ISSUES.r[i] < 0 ? ISSUES.path[i] : h("a", { href: reportHref(ISSUES.r[i], params) }, ISSUES.path[i])) }];
  const csv = download(T("file.issues"), columns.map((c) => T(`column.${c.name}`)), () => rows.map((i) => columns.map((c) => c.value(i))));
  return [h("p", { class: "lead" }, T("issues.why")), rows.length ? grid("issues", columns, rows, params, csv, T("view.issues")) : nothing(T("issues.none"))];
}
