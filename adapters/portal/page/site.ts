// What the pages of the site do in the browser: large print, menus, search and the filters of the
// catalogue. Without it every page still says everything; nothing is sent anywhere.
import { Entry, Filter, fits, later, marked, search, wordsOf } from "./index";

const PAGE = 20;
const AT_ONCE = 4; // requests for chunks of the index

function byId<T extends HTMLElement>(id: string): T {
  return document.getElementById(id) as T;
}

// --- large print: kept for this browser, set before the page is drawn --------------------------

function isElder(): boolean {
  try {
    return localStorage.getItem("elder") === "1";
  } catch {
    return false;
  }
}

function setElder(on: boolean): void {
  document.documentElement.classList.toggle("elder", on);
  try {
    localStorage.setItem("elder", on ? "1" : "0");
  } catch {
    // a browser that keeps nothing: this page only
  }
}

if (isElder()) {
  document.documentElement.classList.add("elder");
}

function elderSwitch(button: HTMLButtonElement): void {
  const show = (on: boolean): void => button.setAttribute("aria-pressed", String(on));
  button.hidden = false;
  show(document.documentElement.classList.contains("elder"));
  button.addEventListener("click", () => {
    const on = !document.documentElement.classList.contains("elder");
    setElder(on);
    show(on);
  });
}

// --- menus: one open at a time, closed by Escape, by leaving and by a click elsewhere ------------

function menus(nav: HTMLElement): void {
  const all = Array.from(nav.querySelectorAll("details"));
  const close = (but?: Element | null): void => {
    for (const one of all) {
      if (one !== but) {
        one.open = false;
      }
    }
  };
  for (const one of all) {
    one.addEventListener("toggle", () => {
      if (one.open) {
        close(one);
      }
    });
  }
  nav.addEventListener("keydown", (event) => {
    const open = all.find((one) => one.open);
    if (event.key === "Escape" && open) {
      open.open = false;
      (open.querySelector("summary") as HTMLElement).focus();
    }
  });
  nav.addEventListener("focusout", (event) => {
    const to = event.relatedTarget as Element | null;
    if (to) {
      close(to.closest("details"));
    }
  });
  document.addEventListener("click", (event) => close((event.target as Element).closest("details")));
}

// --- the index, read once a page ---------------------------------------------------------------

let reading: Promise<Entry[]> | null = null;

async function readJson(path: string): Promise<any> {
  const answer = await fetch(path);
  if (!answer.ok) {
    throw new Error(path + " " + answer.status);
  }
  return answer.json();
}

async function readAll(): Promise<Entry[]> {
  const head = await readJson("/search/index.json");
  const paths: string[] = head.chunks;
  const chunks: Entry[][] = new Array(paths.length);
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let mine = next++; mine < paths.length; mine = next++) {
      chunks[mine] = (await readJson(paths[mine] as string)).entries;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return ([] as Entry[]).concat(...chunks);
}

function entries(): Promise<Entry[]> {
  reading = reading || readAll();
  reading.catch(() => {
    reading = null;
  });
  return reading;
}

// --- shared pieces of pages ----------------------------------------------------------------------

function withMarks<T extends HTMLElement>(element: T, text: string, words: string[]): T {
  marked(text, words).forEach((piece, at) => {
    if (at % 2 === 1) {
      element.appendChild(document.createElement("mark")).textContent = piece;
    } else {
      element.append(piece);
    }
  });
  return element;
}

function made(tag: string, text: string, className?: string): HTMLElement {
  const element = document.createElement(tag);
  element.textContent = text;
  if (className) {
    element.className = className;
  }
  return element;
}

function saying(status: HTMLElement, name: "none" | "found" | "failed" | "loading", count = 0): void {
  status.textContent = (status.dataset[name] || "").replace("{n}", String(count));
}

// Puts items on the page twenty at a time.
function turning<T>(button: HTMLButtonElement, items: T[], put: (item: T) => void): void {
  let shown = 0;
  const more = (): void => {
    items.slice(shown, shown + PAGE).forEach(put);
    shown += PAGE;
    button.hidden = shown >= items.length;
  };
  button.onclick = more;
  more();
}

// --- search --------------------------------------------------------------------------------------

function hitItem(entry: Entry, words: string[]): HTMLElement {
  const item = document.createElement("li");
  const link = withMarks(document.createElement("a"), entry.title, words);
  link.href = entry.url;
  const head = document.createElement("h2");
  head.append(link);
  if (entry.validity_name) {
    head.append(" ", made("span", entry.validity_name, "tag"));
  }
  item.append(head);
  if (entry.summary) {
    item.append(withMarks(document.createElement("p"), entry.summary, words));
  }
  const facts = document.createElement("p");
  facts.className = "hit-facts";
  facts.append(made("span", entry.column_name));
  if (entry.doc_no) {
    facts.append(withMarks(document.createElement("span"), entry.doc_no, words));
  }
  facts.append(made("span", entry.issuer || ""), made("time", entry.published_on));
  item.append(facts);
  return item;
}

function searching(form: HTMLFormElement): void {
  const status = byId("finder-status"), hits = byId("hits"), more = byId<HTMLButtonElement>("more-hits");
  const query = byId<HTMLInputElement>("f-q"), column = byId<HTMLSelectElement>("f-column");
  const run = async (): Promise<void> => {
    hits.replaceChildren();
    more.hidden = true;
    const words = wordsOf(query.value);
    if (words.length === 0) {
      status.textContent = "";
      return;
    }
    saying(status, "loading");
    try {
      const found = search(await entries(), query.value, column.value, Date.now());
      saying(status, found.length ? "found" : "none", found.length);
      turning(more, found, (hit) => hits.append(hitItem(hit.entry, words)));
    } catch {
      saying(status, "failed");
    }
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const asked = new URLSearchParams({ q: query.value, ...(column.value ? { column: column.value } : {}) });
    history.replaceState(null, "", "?" + asked);
    run();
  });
  column.addEventListener("change", run);
  const asked = new URLSearchParams(location.search);
  query.value = asked.get("q") || "";
  column.value = asked.get("column") || "";
  run();
}

// --- the catalogue of disclosed information ------------------------------------------------------

function row(entry: Entry): HTMLElement {
  const line = document.createElement("tr");
  const name = document.createElement("td");
  const link = document.createElement("a");
  link.href = entry.url;
  link.textContent = entry.title;
  name.append(link);
  if (entry.summary) {
    name.append(made("p", entry.summary));
  }
  line.append(made("td", entry.index_no || ""), name, made("td", entry.doc_no || ""), made("td", entry.issuer || ""));
  line.append(made("td", entry.written_on || ""), made("td", entry.validity_name || ""));
  return line;
}

function filtering(form: HTMLFormElement): void {
  const status = byId("filter-status"), more = byId<HTMLButtonElement>("more-rows");
  const body = byId<HTMLTableElement>("rows").tBodies[0] as HTMLTableSectionElement;
  const names: (keyof Filter)[] = ["subject", "year", "issuer", "validity"];
  const field = (name: string): HTMLSelectElement => form.elements.namedItem(name) as HTMLSelectElement;
  const run = async (): Promise<void> => {
    saying(status, "loading");
    try {
      const all = await entries();
      const filter = {} as Filter;
      names.forEach((name) => (filter[name] = field(name).value));
      const found = all.filter((entry) => fits(entry, filter, Date.now()));
      found.sort(later);
      document.querySelectorAll(".pages").forEach((pages) => pages.remove());
      body.replaceChildren();
      saying(status, found.length ? "found" : "none", found.length);
      turning(more, found, (entry) => body.append(row(entry)));
    } catch {
      saying(status, "failed");
    }
  };
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const asked = new URLSearchParams();
    names.forEach((name) => field(name).value && asked.set(name, field(name).value));
    history.replaceState(null, "", "?" + asked);
    run();
  });
  const asked = new URLSearchParams(location.search);
  names.forEach((name) => (field(name).value = asked.get(name) || ""));
  if (names.some((name) => field(name).value !== "")) {
    run();
  }
}

document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll<HTMLButtonElement>(".elder-switch").forEach(elderSwitch);
  document.querySelectorAll<HTMLElement>(".site-nav").forEach(menus);
  const finder = document.getElementById("finder"), filter = document.getElementById("filter");
  if (finder) {
    searching(finder as HTMLFormElement);
  }
  if (filter) {
    filtering(filter as HTMLFormElement);
  }
});
