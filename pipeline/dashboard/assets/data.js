"use strict";
// The data of the page: tables of columns, what is kept by the filters, and the page's own words.

/** Undo the packing of a column: distinct values with numbers, or few values with their rows. */
function column(packed) {
  if (Array.isArray(packed)) return packed;
  if (packed.c) return packed.c.map((code) => (code < 0 ? null : packed.v[code]));
  const values = new Array(packed.n).fill(null);
  packed.i.forEach((row, at) => { values[row] = packed.x[at]; });
  return values;
}

function table(packed) {
  const columns = {};
  for (const [name, value] of Object.entries(packed)) {
    const whole = value === null || typeof value !== "object";
    columns[name] = whole ? value : column(value);
  }
  return columns;
}

function read(id) {
  const element = document.getElementById(id);
  const value = JSON.parse(element.textContent);
  element.remove(); // the text is in memory once, not twice
  return value;
}

const WORDS = read("strings");
const DATA = read("data");
const REPORTS = table(DATA.reports);
const SENTENCES = table(DATA.sentences);
const SECTIONS = table(DATA.sections);
const ISSUES = table(DATA.issues);
const LAYERS = {};
for (const [name, packed] of Object.entries(DATA.layers)) LAYERS[name] = table(packed);
const FACTS = ["practices", "achievements", "honours"]; // rejected numbers are no facts
const DIMENSIONS = DATA.dimensions;
const ROW_OF = new Map(REPORTS.id.map((id, row) => [id, row]));
const COPY_OF = REPORTS.copy ?? new Array(REPORTS.n).fill(null); // row of the report that each is a copy of
const HAS_COPIES = COPY_OF.some((first) => first !== null);
const NONE = "-"; // stands in an address for "not stated"

/** First row of each report in a table whose rows are in the order of reports, and the end. */
function bounds(rows) {
  const first = new Int32Array(REPORTS.n + 1);
  for (const report of rows) first[report + 1] += 1;
  for (let i = 0; i < REPORTS.n; i += 1) first[i + 1] += first[i];
  return first;
}
const FIRST_SENTENCE = bounds(SENTENCES.r);
const FIRST_FACT = {};
for (const name of Object.keys(LAYERS)) FIRST_FACT[name] = bounds(LAYERS[name].r);

let lang = DATA.lang;

/** A word of the page in its language; {name} is filled from values. */
function T(key, values = {}) {
  const word = WORDS[lang][key] ?? WORDS.zh[key] ?? key;
  return word.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** The word for a value of a column with few values; an unknown one speaks for itself. */
function label(group, value) {
  if (value === null || value === undefined) return T("missing");
  return WORDS[lang][`${group}.${value}`] ?? String(value);
}

function dimensionName(number) {
  return number < 0 ? T("missing") : DIMENSIONS[number].name;
}

function count(number) {
  return number.toLocaleString(lang === "zh" ? "zh-CN" : "en");
}

/** A number as a reader writes it: 18,900 ; 0.7 ; from `short` on 1.89亿 or 189M. */
function amount(value, short = lang === "zh" ? 1e5 : 1e6) {
  if (value === null || value === undefined) return "";
  return value.toLocaleString(lang === "zh" ? "zh-CN" : "en", {
    maximumFractionDigits: 4,
    ...(Math.abs(value) >= short ? { notation: "compact", maximumSignificantDigits: 5 } : {}),
  });
}

function branchOf(report) {
  return REPORTS.branch[report] ?? REPORTS.title[report] ?? REPORTS.id[report];
}

function words(layer, fact) {
  const rows = LAYERS[layer];
  if (rows.a[fact] < 0) return rows.shown[fact] ?? "";
  return REPORTS.text[rows.r[fact]].slice(rows.a[fact], rows.b[fact]);
}

function sentenceText(sentence) {
  if (sentence < 0 || SENTENCES.a[sentence] < 0) return "";
  return REPORTS.text[SENTENCES.r[sentence]].slice(SENTENCES.a[sentence], SENTENCES.b[sentence]);
}

// --- filters -------------------------------------------------------------------------------------

// What a report can be chosen by: those the dataset has a value for.
const FACETS = ["region", "sector", "level", "kind"].filter(
  (name) => REPORTS[name] && new Set(REPORTS[name].filter((v) => v !== null)).size > 0,
);
const KEPT_IN_ADDRESS = ["lang", "branch", ...FACETS.map((name) => `r.${name}`), "dim", "year", "copies"];

/** Whether a report counts: a copy of another does only where the address says so. */
function counted(report, params) {
  return COPY_OF[report] === null || params.copies !== undefined;
}

function same(wanted, value) {
  return wanted === undefined || (wanted === NONE ? value === null : String(value) === wanted);
}

function folded(text) {
  return text.normalize("NFKC").toLowerCase();
}

function holds(needle, ...texts) {
  const wanted = folded(needle);
  return texts.some((text) => text && folded(text).includes(wanted));
}

const cache = new Map();

/** What the filters of an address keep: `reports` a flag each, `facts(layer)` and `sentences()` rows. */
function kept(params) {
  const key = KEPT_IN_ADDRESS.slice(1).map((name) => params[name] ?? "").join("\u0000");
  if (!cache.has(key)) {
    if (cache.size > 20) cache.clear();
    cache.set(key, filtered(params));
  }
  return cache.get(key);
}

function filtered(params) {
  const dim = params.dim === undefined ? undefined : DIMENSIONS.findIndex((d) => d.key === params.dim);
  const byReport = new Uint8Array(REPORTS.n);
  for (let i = 0; i < REPORTS.n; i += 1) {
    byReport[i] =
      counted(i, params) &&
      FACETS.every((name) => same(params[`r.${name}`], REPORTS[name][i])) &&
      (!params.branch || holds(params.branch, REPORTS.branch[i], REPORTS.title[i], REPORTS.organisation?.[i]));
  }
  const memory = {};
  const facts = (layer) => {
    if (!memory[layer]) {
      const rows = LAYERS[layer];
      memory[layer] = range(rows.n).filter(
        (i) =>
          byReport[rows.r[i]] &&
          (dim === undefined || rows.d[i] === dim) &&
          same(params.year, rows.year[i]),
      );
    }
    return memory[layer];
  };
  const reports = Uint8Array.from(byReport);
  if (params.year !== undefined) {
    // a report is of a year when it was published then or tells of it
    const told = new Set(FACTS.flatMap((l) => facts(l).map((i) => LAYERS[l].r[i])));
    reports.forEach((_, i) => { reports[i] &&= same(params.year, REPORTS.year[i]) || told.has(i); });
  }
  const sentences = () =>
    (memory.sentences ??= range(SENTENCES.n).filter(
      (i) => reports[SENTENCES.r[i]] && (dim === undefined || (SENTENCES.d[i] >> dim) & 1),
    ));
  if (dim !== undefined) {
    const told = new Set(sentences().map((i) => SENTENCES.r[i]));
    for (const l of FACTS) for (const i of facts(l)) told.add(LAYERS[l].r[i]);
    reports.forEach((_, i) => { reports[i] &&= told.has(i); });
  }
  return { dim, reports, facts, sentences, rows: () => range(REPORTS.n).filter((i) => reports[i]) };
}

function range(length) {
  return Array.from({ length }, (_, i) => i);
}

function tally(values) {
  const counts = new Map();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}
