// One report: its whole text with what was found in it, and lists that lead into the text.

const MARKED = ["achievements", "honours", "practices", "rejected"];

function report(params, id) {
  const number = ROW_OF.get(id);
  if (number === undefined) return [nothing(T("unknownReport")), h("p", {}, h("a", { href: href("reports", shared(params)) }, T("view.reports")))];
  const off = new Set((params.off ?? "rejected").split("."));
  const facts = MARKED.flatMap((layer) => range(FIRST_FACT[layer][number + 1] - FIRST_FACT[layer][number])
    .map((i) => ({ layer, fact: i + FIRST_FACT[layer][number] })));
  const [from, to] = (params.at ?? "-1--1").split("-").map(Number);
  const target = { from: Number.isFinite(from) ? from : -1, to: Number.isFinite(to) ? to : -1 };
  return [
    reportHead(number, params),
    h("div", { class: "reading" },
      h("article", { class: `card text ${off.has("dims") ? "" : "with-dims"}`, lang: "zh" },
        switches(params, id, off, facts),
        reportText(number, facts.filter(({ layer }) => !off.has(layer)), target)),
      h("aside", { class: "card", "aria-label": T("facts") }, dimensionList(number), facts.length ? factLists(number, facts, params) : nothing(T("noFacts")))),
  ];
}

function reportHead(number, params) {
  const parts = [
    ["region", REPORTS.region?.[number]], ["sector", REPORTS.sector?.[number]],
    ["level", REPORTS.level[number] && label("level", REPORTS.level[number])],
    ["author", REPORTS.author[number]], ["publication", REPORTS.publication[number]], ["date", REPORTS.date[number]],
    ["path", REPORTS.path[number]],
  ].filter(([name, value]) => value || ["region", "level"].includes(name));
  const others = REPORTS.branch[number] === null ? [] : range(REPORTS.n).filter((i) => i !== number && COPY_OF[i] === null && COPY_OF[number] !== i && REPORTS.branch[i] === REPORTS.branch[number]);
  return h("div", { class: "reporthead" },
    copyNote(number, params),
    h("p", { class: "reporttitle", lang: "zh" }, REPORTS.branch[number] === null ? "" : (REPORTS.title[number] ?? "")),
    h("dl", {}, parts.map(([name, value]) => h("div", {}, h("dt", {}, T(`column.${name}`)), h("dd", value ? {} : { class: "missing" }, value ?? T("missing"))))),
    others.length ? h("p", {}, T("otherReports"), " ", others.map((i) => [h("a", { href: reportHref(i, params) }, REPORTS.title[i] ?? REPORTS.id[i]), " "])) : null);
}

/** Of a copy: of which report; of a report with copies: which they are. Null for all others. */
function copyNote(number, params) {
  const link = (i) => h("a", { href: reportHref(i, params) }, REPORTS.path[i] ?? REPORTS.id[i]);
  const first = COPY_OF[number];
  if (first !== null) return h("p", { class: "copynote", id: "copy-of" }, T("copies.of"), " ", link(first), " ", T("copies.uncounted"));
  const copies = range(REPORTS.n).filter((i) => COPY_OF[i] === number);
  return copies.length ? h("p", { class: "copynote", id: "copies" }, T("copies.here"), " ", copies.map((i) => [link(i), " "])) : null;
}

/** Buttons that show and hide the marks of a layer; they are the legend as well. */
function switches(params, id, off, facts) {
  const toggle = (name) => {
    const next = new Set(off);
    if (!next.delete(name)) next.add(name);
    go(href("report", { ...address().params, off: [...next].filter(Boolean).join(".") || "none" }, id), true);
  };
  const button = (name, text, kind) => h("button", { type: "button", id: `show-${name}`, class: `switch ${kind}`, "aria-pressed": off.has(name) ? "false" : "true", onclick: () => toggle(name) }, text);
  const n = (layer) => facts.filter((f) => f.layer === layer).length;
  return h("div", { class: "switches", role: "group", "aria-label": T("legend"), lang: lang === "zh" ? "zh-CN" : "en" },
    MARKED.map((layer) => button(layer, `${T(`layer.${layer}`)} ${count(n(layer))}`, `layer-${layer}`)),
    button("dims", T("column.dimension"), "layer-dims"));
}

/** The text: paragraphs of sentences; characters between sentences (line ends, blanks) stay as they are. */
function reportText(number, facts, target) {
  const text = REPORTS.text[number];
  if (!text) return nothing(T("noText"));
  const sentences = range(FIRST_SENTENCE[number + 1] - FIRST_SENTENCE[number])
    .map((i) => i + FIRST_SENTENCE[number]).filter((i) => SENTENCES.a[i] >= 0);
  const body = h("div", { class: "body" });
  let paragraph = h("p");
  const close = () => { if (paragraph.childNodes.length) body.append(paragraph); paragraph = h("p"); };
  const loose = (from, to) => {
    const [first, ...rest] = text.slice(from, to).split("\n");
    if (first.trim()) paragraph.append(first);
    for (const line of rest) { close(); if (line.trim()) paragraph.append(line); }
  };
  let at = 0;
  sentences.forEach((i, k) => {
    loose(at, SENTENCES.a[i]);
    const hit = target.from >= SENTENCES.a[i] && target.from < SENTENCES.b[i];
    const end = SENTENCES.b[i];
    const lines = /\n/.test(text.slice(end, sentences[k + 1] === undefined ? undefined : SENTENCES.a[sentences[k + 1]]));
    const run = sentences[k + 1] === undefined || lines || SENTENCES.d[sentences[k + 1]] !== SENTENCES.d[i];
    if (SENTENCES.h[i]) {
      close();
      body.append(h("h3", hit ? { class: "target", tabindex: -1 } : {}, marked(text, SENTENCES.a[i], end, facts, target), " ", tags(SENTENCES.d[i])));
    } else {
      paragraph.append(h("span", { class: `sentence ${underline(SENTENCES.d[i])}${hit ? " target" : ""}`, tabindex: hit ? -1 : null, "aria-current": hit ? "true" : null },
        marked(text, SENTENCES.a[i], end, facts, target)), ...(run ? tags(SENTENCES.d[i]) : []));
    }
    at = end;
  });
  loose(at, text.length);
  close();
  return body;
}

function underline(mask) {
  const first = DIMENSIONS.findIndex((_, d) => (mask >> d) & 1);
  return first < 0 ? "" : `under under-${first % 8}`;
}

function tags(mask) {
  return range(DIMENSIONS.length).filter((d) => (mask >> d) & 1).map((d) => h("span", { class: `tag dim dim-${d % 8}` }, dimensionName(d)));
}

/** A stretch of text cut where facts begin and end; where several overlap, the shortest shows. */
function marked(text, from, to, facts, target) {
  const here = facts.map(({ layer, fact }) => ({ layer, fact, a: LAYERS[layer].a[fact], b: LAYERS[layer].b[fact] }))
    .filter(({ a, b }) => a >= from && b <= to && a < b);
  const cuts = [...new Set([from, to, ...here.flatMap(({ a, b }) => [a, b])])].sort((a, b) => a - b);
  return range(cuts.length - 1).map((k) => {
    const piece = text.slice(cuts[k], cuts[k + 1]);
    const over = here.filter(({ a, b }) => a <= cuts[k] && b >= cuts[k + 1]).sort((x, y) => x.b - x.a - (y.b - y.a));
    if (!over.length) return piece;
    const { layer, fact, a, b } = over[0];
    const hit = a === target.from && b === target.to;
    return h("mark", { class: `layer-${layer}${hit ? " hit" : ""}`, title: described(layer, fact) }, piece);
  });
}

/** What a mark means, in a line. */
function described(layer, i) {
  const rows = LAYERS[layer];
  const parts = {
    practices: () => [label("practice", rows.kind[i]), rows.action[i]],
    achievements: () => [rows.indicator[i], `${amount(rows.value[i])} ${rows.unit[i] ?? ""}`, rows.period[i]],
    honours: () => [label("level", rows.level[i]), rows.issuer[i], rows.year[i]],
    rejected: () => [label("reason", rows.reason[i])],
  }[layer]();
  return `${T(`layer.${layer}`)}: ${parts.filter(Boolean).join(" · ")}`;
}

function dimensionList(number) {
  const counts = DIMENSIONS.map(() => 0);
  for (let i = FIRST_SENTENCE[number]; i < FIRST_SENTENCE[number + 1]; i += 1) {
    for (let d = 0; d < counts.length; d += 1) counts[d] += (SENTENCES.d[i] >> d) & 1;
  }
  if (!counts.length) return null;
  return [h("h2", {}, T("column.dimension")), h("ul", { class: "dims" }, DIMENSIONS.map((_, d) =>
    h("li", {}, dimensionChip(d), counts[d] ? T("sentences", { n: count(counts[d]) }) : h("span", { class: "missing" }, T("notStated")))))];
}

function factLists(number, facts, params) {
  return FACTS.map((layer) => {
    const own = facts.filter((f) => f.layer === layer);
    return [h("h2", {}, `${T(`layer.${layer}`)} `, h("small", {}, count(own.length))),
      own.length
        ? h("ul", { class: "found-list" }, own.map(({ fact: i }) => h("li", {},
            h("a", { class: `fact layer-${layer}`, href: factHref(layer, i, { ...params }) }, words(layer, i)),
            h("span", { class: "snippet" }, described(layer, i).replace(/^[^:]*: /, "")))))
        : nothing(T("notStated"))];
  });
}

/** Bring the sentence an address points at into sight. */
function showTarget() {
  const target = document.querySelector("#main .target");
  if (!target) return false;
  target.scrollIntoView({ block: "center" });
  target.focus({ preventScroll: true });
  return true;
}
