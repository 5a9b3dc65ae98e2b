// Tables of facts: which columns each layer has, how a cell shows, how a table is sorted and paged.

const PAGE = 50; // rows a page: more than a screen, few enough to draw at once

const fact = {
  words: (layer) => ({
    name: layer === "practices" ? "name" : layer === "honours" ? "title" : "evidence",
    value: (i) => LAYERS[layer][layer === "practices" ? "name" : "title"]?.[i] ?? words(layer, i),
    cell: (i, params) => [
      h("a", { class: `fact layer-${layer}`, href: factHref(layer, i, params) }, words(layer, i)),
      snippet(layer, i),
    ],
  }),
  own: (layer, name, group) => ({
    name,
    value: (i) => LAYERS[layer][name][i],
    cell: (i) => {
      const value = LAYERS[layer][name][i];
      if (value === null) return h("span", { class: "missing" }, T("missing"));
      return group ? label(group, value) : String(value);
    },
  }),
  branch: (layer) => ({
    name: "branch",
    value: (i) => REPORTS.branch[LAYERS[layer].r[i]],
    cell: (i, params) => h("a", { href: reportHref(LAYERS[layer].r[i], params) }, branchOf(LAYERS[layer].r[i])),
  }),
  dimension: (layer) => ({
    name: "dimension",
    value: (i) => (LAYERS[layer].d[i] < 0 ? null : dimensionName(LAYERS[layer].d[i])),
    cell: (i) => dimensionChip(LAYERS[layer].d[i]),
  }),
  year: (layer) => ({
    name: "year", right: true,
    value: (i) => LAYERS[layer].year[i],
    cell: (i) => LAYERS[layer].year[i] ?? h("span", { class: "missing" }, T("missing")),
  }),
};

const SHOWN = {
  practices: () => [
    fact.words("practices"), fact.own("practices", "kind", "practice"), fact.own("practices", "action"),
    fact.dimension("practices"), fact.branch("practices"),
  ],
  achievements: () => [
    fact.words("achievements"), fact.own("achievements", "indicator"), valueColumn(),
    fact.own("achievements", "period"),
    fact.dimension("achievements"), fact.branch("achievements"),
  ],
  honours: () => [
    fact.words("honours"), fact.own("honours", "level", "level"), fact.year("honours"),
    fact.own("honours", "recipient", "recipient"), fact.own("honours", "issuer"),
    fact.own("honours", "kind", "honour"), fact.branch("honours"),
  ],
  rejected: () => [fact.words("rejected"), fact.own("rejected", "reason", "reason"), fact.branch("rejected")],
};

/** Value and unit in one cell; of a change also where it began, of a range both ends. */
function valueColumn() {
  const rows = LAYERS.achievements;
  const bound = { over: "＞", under: "＜", about: "≈" };
  return {
    name: "value", right: true,
    value: (i) => rows.value[i],
    cell: (i) => {
      const unit = rows.unit[i] ?? "";
      const from = rows.from_value[i] === null ? "" : `${amount(rows.from_value[i])} → `;
      const upper = rows.upper[i] === null ? "" : `–${amount(rows.upper[i])}`;
      const way = { up: " ↑", down: " ↓" }[rows.direction[i]] ?? "";
      const sign = bound[rows.bound[i]];
      return [
        sign ? h("abbr", { title: label("bound", rows.bound[i]) }, sign) : null,
        `${from}${amount(rows.value[i])}${upper} ${unit}${way}`,
      ];
    },
  };
}

/** The sentence around a fact, shortened, the fact's words left out of the link but marked. */
function snippet(layer, i) {
  const rows = LAYERS[layer];
  const sentence = rows.s[i];
  if (sentence < 0 || rows.a[i] < 0) return null;
  const text = REPORTS.text[rows.r[i]];
  const reach = 22; // characters either side: two lines on a phone
  const start = Math.max(SENTENCES.a[sentence], rows.a[i] - reach);
  const end = Math.min(SENTENCES.b[sentence], rows.b[i] + reach);
  return h(
    "span",
    { class: "snippet" },
    start > SENTENCES.a[sentence] ? "…" : "",
    text.slice(start, rows.a[i]),
    h("b", {}, text.slice(rows.a[i], rows.b[i])),
    text.slice(rows.b[i], end),
    end < SENTENCES.b[sentence] ? "…" : "",
  );
}

/** All that is known of a fact, for a download: its own columns, its report, its sentence, its place. */
function factRows(layer, facts) {
  const own = Object.keys(DATA.layers[layer]).filter(
    (name) => !["n", "key", "r", "s", "a", "b", "d", "from", "to", "shown", "name", "title", "confidence", "year"].includes(name),
  );
  const rows = LAYERS[layer];
  const said = { kind: { practices: "practice", achievements: "achievement", honours: "honour" }[layer] };
  Object.assign(said, { level: "level", recipient: "recipient", bound: "bound", direction: "direction", reason: "reason" });
  const heads = ["evidence", ...own, "dimension", "year", "branch", "region", "sentence", "path", "report_id", "source_start", "source_end", "confidence"];
  return {
    heads: heads.map((name) => T(`column.${name}`)),
    rows: () =>
      facts.map((i) => {
        const report = rows.r[i];
        return [
          words(layer, i),
          ...own.map((name) => (said[name] && rows[name][i] !== null ? label(said[name], rows[name][i]) : rows[name][i])),
          rows.d[i] < 0 ? null : dimensionName(rows.d[i]), rows.year[i], REPORTS.branch[report], REPORTS.region?.[report],
          sentenceText(rows.s[i]), REPORTS.path[report], REPORTS.id[report], rows.from[i], rows.to[i], rows.confidence[i],
        ];
      }),
  };
}

function factTable(view, layer, facts, params) {
  const { heads, rows } = factRows(layer, facts);
  return grid(view, SHOWN[layer](), facts, params, download(T(`file.${layer}`), heads, rows), T(`layer.${layer}`));
}

/** A table of rows by columns {name, value, cell, right}: heads sort, pages follow, phones get cards. */
function grid(view, columns, rows, params, button, caption) {
  const sorted = arranged(columns, rows, params.sort);
  const pages = Math.max(1, Math.ceil(rows.length / PAGE));
  const page = Math.min(pages, Math.max(1, Number.parseInt(params.p ?? "1", 10) || 1));
  const here = sorted.slice((page - 1) * PAGE, page * PAGE);
  const head = h("div", { class: "tablehead" }, h("p", { class: "found", id: params.m === "facts" ? null : "found" }, T("found", { n: count(rows.length) })), button);
  if (!rows.length) return [head, nothing()];
  const drawn = h(
    "table",
    { class: "rows", role: "table" },
    h("caption", { class: "unseen" }, caption),
    h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, columns.map((c) => sortHead(view, c, params)))),
    h(
      "tbody",
      { role: "rowgroup" },
      here.map((i) =>
        h("tr", { role: "row" }, columns.map((c) =>
          h("td", { role: "cell", "data-label": T(`column.${c.name}`), class: c.right ? "right" : null }, c.cell(i, params)))),
      ),
    ),
  );
  return [head, drawn, pager(view, params, page, pages)];
}

function arranged(columns, rows, sort) {
  if (!sort) return rows;
  const back = sort.startsWith("-");
  const wanted = columns.find((c) => c.name === sort.replace(/^-/, ""));
  if (!wanted) return rows;
  const order = new Intl.Collator("zh-CN", { numeric: true });
  const keyed = rows.map((i) => [wanted.value(i), i]);
  const gone = (v) => v === null || v === undefined; // what is missing comes last in either order
  keyed.sort(([a], [b]) => {
    if (gone(a) || gone(b)) return gone(a) - gone(b);
    const way = typeof a === "number" && typeof b === "number" ? a - b : order.compare(String(a), String(b));
    return back ? -way : way;
  });
  return keyed.map(([, i]) => i);
}

function sortHead(view, c, params) {
  const [up, down] = [params.sort === c.name, params.sort === `-${c.name}`];
  const next = up ? `-${c.name}` : down ? "" : c.name;
  const { argument } = address();
  return h(
    "th",
    { role: "columnheader", scope: "col", class: c.right ? "right" : null, "aria-sort": up ? "ascending" : down ? "descending" : null },
    h("a", { href: href(view, { ...params, sort: next, p: "" }, argument), title: T("sort") },
      T(`column.${c.name}`), h("span", { "aria-hidden": "true", class: "arrow" }, up ? " ▲" : down ? " ▼" : "")),
  );
}

function pager(view, params, page, pages) {
  if (pages < 2) return null;
  const { argument } = address();
  const to = (n, text, rel) =>
    n < 1 || n > pages
      ? h("span", { class: "off", "aria-disabled": "true" }, text)
      : h("a", { href: href(view, { ...params, p: n > 1 ? n : "" }, argument), rel }, text);
  return h("nav", { class: "pager", "aria-label": T("pages") },
    to(page - 1, T("previous"), "prev"), h("span", {}, T("page", { page, pages })), to(page + 1, T("next"), "next"));
}
