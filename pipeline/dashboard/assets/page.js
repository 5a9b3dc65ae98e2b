// The frame: heading, tabs, filters, and what happens when the address changes.

let shownView = "";

function header(view, params) {
  const other = lang === "zh" ? "en" : "zh";
  const { argument } = address();
  const to = href(view, { ...params, lang: other === DATA.lang ? "" : other }, argument);
  return [
    h("div", { class: "brand" },
      h("p", { class: "name" }, T("title")),
      h("p", { class: "sub" }, T("subtitle", { scheme: DATA.scheme || T("noScheme"), reports: count(range(REPORTS.n).filter((i) => counted(i, params)).length), documents: count(DATA.documents) })),
      h("a", { id: "language", class: "language", href: to, lang: other === "zh" ? "zh-CN" : "en", hreflang: other }, WORDS[other].language)),
    h("nav", { "aria-label": T("views") }, h("ul", { class: "tabs" }, TABS.map((name) =>
      h("li", {}, h("a", { href: href(name, shared(params)), "aria-current": (VIEWS[view].tab ?? view) === name ? "page" : null }, T(`view.${name}`)))))),
  ];
}

function options(values, group) {
  const counts = [...tally(values)].filter(([value]) => value !== null);
  const order = new Intl.Collator("zh-CN", { numeric: true });
  if (group === "level") counts.sort((a, b) => LEVELS.indexOf(a[0]) - LEVELS.indexOf(b[0]));
  else counts.sort((a, b) => b[1] - a[1] || order.compare(String(a[0]), String(b[0])));
  const gone = values.filter((value) => value === null).length;
  return [["", T("any")], ...counts.map(([value, n]) => [String(value), `${group ? label(group, value) : value} · ${count(n)}`]),
    ...(gone ? [[NONE, `${T("missing")} · ${count(gone)}`]] : [])];
}

const groupOf = { level: "level", kind: "report" };
let branchTimer = 0;

/** The filters that hold in all views; the form is drawn anew, what has the focus keeps it. */
function filterForm(view, params) {
  const now = () => address();
  const set = (name) => (value) => { const a = now(); go(href(a.view, { ...a.params, [name]: value, p: "" }, a.argument)); };
  const rows = range(REPORTS.n).filter((i) => counted(i, params));
  const fields = FACETS.filter((name) => name !== "kind" || new Set(REPORTS.kind).size > 1).map((name) =>
    choice(`f-${name}`, T(`column.${name === "kind" ? "report_kind" : name}`), options(rows.map((i) => REPORTS[name][i]), groupOf[name]), params[`r.${name}`], set(`r.${name}`)));
  fields.push(choice("f-dim", T("column.dimension"), [["", T("any")], ...DIMENSIONS.map((d) => [d.key, d.name])], params.dim, set("dim")));
  const years = [...new Set(FACTS.flatMap((l) => LAYERS[l].year).concat(REPORTS.year))].filter((y) => y !== null).sort((a, b) => b - a);
  if (years.length) fields.push(choice("f-year", T("period"), [["", T("any")], ...years.map((y) => [String(y), String(y)]), [NONE, T("yearMissing")]], params.year, set("year")));
  if (HAS_COPIES) fields.push(choice("f-copies", T("copies"), [["", T("copies.out", { n: count(COPY_OF.filter((first) => first !== null).length) })], ["1", T("copies.in")]], params.copies, set("copies")));
  const type = (event) => {
    clearTimeout(branchTimer);
    const value = event.target.value;
    branchTimer = setTimeout(() => { const a = now(); go(href(a.view, { ...a.params, branch: value, p: "" }, a.argument), true); }, 200);
  };
  const input = h("input", { id: "f-branch", type: "search", autocomplete: "off", placeholder: T("branch.hint"), oninput: type });
  input.value = params.branch ?? "";
  const active = Object.keys(shared(params)).filter((name) => name !== "lang").length;
  const clear = h("a", { id: "f-clear", class: "undo", href: href(view, params.lang ? { lang: params.lang } : {}) }, T("clear"));
  const before = document.querySelector("#filters details"); // as the reader left it
  return h("details", { open: before ? before.open : active > 0 || matchMedia("(min-width: 700px)").matches },
    h("summary", {}, T("filters"), active ? h("span", { class: "badge" }, ` ${active}`) : null),
    h("div", { class: "fields" }, h("label", { class: "field", for: "f-branch" }, h("span", {}, T("column.branch")), input), fields, active ? clear : null));
}

function render() {
  const { view: wanted, argument, params } = address();
  const view = VIEWS[wanted] ? wanted : "overview";
  const chosen = params.lang ?? DATA.lang;
  lang = WORDS[chosen] ? chosen : DATA.lang;
  document.documentElement.lang = lang === "zh" ? "zh-CN" : "en";
  const held = document.activeElement?.id;
  const caret = document.activeElement?.selectionStart;
  document.getElementById("top").replaceChildren(...header(view, params).flat());
  const form = document.getElementById("filters");
  form.hidden = view === "report" || REPORTS.n === 0;
  form.setAttribute("aria-label", T("filters"));
  form.replaceChildren(filterForm(view, params));
  const number = view === "report" ? ROW_OF.get(argument) : undefined;
  const heading = number === undefined ? T(`view.${view}`) : branchOf(number);
  document.title = `${heading} · ${T("title")}`;
  const main = document.getElementById("main");
  main.dataset.view = view;
  main.replaceChildren(h("h1", { tabindex: -1, id: "heading" }, heading), ...[VIEWS[view].draw(params, argument)].flat(Infinity).filter(Boolean));
  showTab();
  document.getElementById("foot").replaceChildren(h("p", {}, T("foot", { version: DATA.run.version ?? "", lexicons: DATA.run.lexicons ?? "" })));
  settle(`${view}/${argument}`, held, caret);
}

/** Bring the chosen tab into sight on a phone; scrollIntoView would move where Tab starts from. */
function showTab() {
  const tabs = document.querySelector(".tabs");
  const current = tabs.querySelector("[aria-current]");
  if (current) tabs.scrollLeft = current.parentNode.offsetLeft - (tabs.clientWidth - current.offsetWidth) / 2;
}

/** After drawing: the focus stays with what had it, or goes to the new view's sentence or heading. */
function settle(place, held, caret) {
  const moved = place !== shownView;
  const first = shownView === "";
  shownView = place;
  if (moved || address().params.at) {
    if (showTarget()) return;
  }
  if (moved && !first) {
    window.scrollTo(0, 0);
    document.getElementById("heading").focus({ preventScroll: true });
    return;
  }
  const again = held ? document.getElementById(held) : null;
  if (again && again !== document.activeElement) {
    again.focus({ preventScroll: true });
    if (caret !== null && caret !== undefined && again.setSelectionRange && again.type === "search") again.setSelectionRange(caret, caret);
  }
  const found = document.getElementById("found");
  if (!first && found) say(found.textContent);
}

document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault(); // the address belongs to the views
  document.getElementById("heading").focus();
});
document.getElementById("filters").addEventListener("submit", (event) => event.preventDefault());
addEventListener("hashchange", render);
render();
document.documentElement.dataset.ready = String(Math.round(performance.now()));
