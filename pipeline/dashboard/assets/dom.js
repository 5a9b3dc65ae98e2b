// Elements, addresses, downloads. Text is only ever set as text: nothing here reads markup.

/** Make an element; attributes that are null or false are left out, "on…" are listeners. */
function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

// --- addresses: #/view/argument?name=value ----------------------------------------------------------

function address() {
  const [path, query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  const [view, ...rest] = path.split("/");
  const params = Object.fromEntries(new URLSearchParams(query));
  return { view: view || "overview", argument: decode(rest.join("/")), params };
}

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a hand-written % that escapes nothing
  }
}

function href(view, params = {}, argument = "") {
  const kept = {};
  for (const [name, value] of Object.entries(params)) {
    if (value !== undefined && value !== null && value !== "") kept[name] = value;
  }
  const query = new URLSearchParams(kept).toString();
  return `#/${view}${argument ? `/${encodeURIComponent(argument)}` : ""}${query ? `?${query}` : ""}`;
}

/** The filters of an address without what belongs to one view only. */
function shared(params) {
  return Object.fromEntries(KEPT_IN_ADDRESS.filter((name) => name in params).map((name) => [name, params[name]]));
}

function go(target, replace = false) {
  if (replace) {
    history.replaceState(null, "", target);
    render();
  } else {
    location.hash = target;
  }
}

function reportHref(report, params, start = -1, end = -1) {
  const at = start < 0 ? {} : { at: `${start}-${end}` };
  return href("report", { ...shared(params), ...at }, REPORTS.id[report]);
}

function factHref(layer, fact, params) {
  const rows = LAYERS[layer];
  const sentence = rows.s[fact];
  if (rows.a[fact] >= 0) return reportHref(rows.r[fact], params, rows.a[fact], rows.b[fact]);
  if (sentence < 0) return reportHref(rows.r[fact], params);
  return reportHref(rows.r[fact], params, SENTENCES.a[sentence], SENTENCES.b[sentence]);
}

// --- downloads --------------------------------------------------------------------------------------

const FORMULA = /^[=+\-@\t\r]/; // a spreadsheet would run such a text

function csvCell(value) {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(value);
  const text = FORMULA.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A button that writes rows as CSV: UTF-8 with a mark, so that Excel shows the characters. */
function download(name, heads, rows) {
  const write = () => {
    const lines = [heads, ...rows()].map((row) => row.map(csvCell).join(","));
    const blob = new Blob(["\ufeff", lines.join("\r\n"), "\r\n"], { type: "text/csv;charset=utf-8" });
    const url = URL.createObjectURL(blob);
    const link = h("a", { href: url, download: `${name}.csv` });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(url), 10000);
    say(T("downloaded", { name: `${name}.csv`, n: count(lines.length - 1) }));
  };
  return h("button", { type: "button", class: "quiet", onclick: write, "data-csv": name }, T("download"));
}

/** Tell those who hear the page what has changed. */
function say(text) {
  document.getElementById("said").textContent = text;
}

// --- pieces that several views use ------------------------------------------------------------------

function card(title, ...children) {
  return h("section", { class: "card" }, title ? h("h2", {}, title) : null, ...children);
}

/** A card beside a table: open where there is room for both, closed on a phone. */
function side(title, ...children) {
  const wide = matchMedia("(min-width: 901px)").matches;
  return h("details", { class: "card side", open: wide }, h("summary", {}, h("h2", {}, title)), ...children);
}

function nothing(text = T("nothing")) {
  return h("p", { class: "nothing" }, text);
}

/** Bars: [{text, n, href, mark}], the longest full width. The number is text, the bar is decoration. */
function bars(items, whole = Math.max(1, ...items.map((item) => item.n)), kind = "") {
  return h(
    "ul",
    { class: `bars ${kind}` },
    items.map((item) => {
      const bar = h("span", { class: "bar", "aria-hidden": "true" });
      bar.style.width = `${(100 * item.n) / whole}%`;
      if (item.colour) bar.style.background = item.colour;
      const inner = [
        h("span", { class: "name" }, item.text),
        h("span", { class: "track", "aria-hidden": "true" }, bar),
        h("span", { class: "number" }, item.shown ?? count(item.n)),
      ];
      const current = item.current ? "true" : null;
      return h("li", {}, item.href ? h("a", { href: item.href, title: item.title, "aria-current": current }, inner) : h("div", {}, inner));
    }),
  );
}

function searchBox(id, params, view) {
  let timer = 0;
  const input = h("input", {
    id, type: "search", autocomplete: "off", placeholder: T("search.hint"),
    oninput: () => {
      clearTimeout(timer);
      timer = setTimeout(() => go(href(view, { ...address().params, q: input.value, p: "" }), true), 200);
    },
  });
  input.value = params.q ?? "";
  return h("label", { class: "field", for: id }, h("span", {}, T("search")), input);
}

function choice(id, title, options, value, change) {
  const select = h(
    "select",
    { id, onchange: () => change(select.value) },
    options.map(([key, text]) => h("option", { value: key, selected: key === (value ?? "") }, text)),
  );
  return h("label", { class: "field", for: id }, h("span", {}, title), select);
}

function dimensionChip(number) {
  if (number < 0) return h("span", { class: "missing" }, T("missing"));
  return h("span", { class: `chip dim dim-${number % 8}` }, dimensionName(number));
}
