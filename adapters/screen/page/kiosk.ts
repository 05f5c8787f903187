// The touch kiosk: browse by kind, read whole, find by initials or words. It searches by itself, so it
// finds things with broker and agent away; it goes back to its start when nobody touches it, and nothing
// on it leads away from it.
import { Clock } from "./clock";
import { Lease } from "./lease";
import { Item, current } from "./model";
import { language, loadWords, word } from "./words";
import { find } from "./finding";
import { bodyOf, button, byId, factList, make, paragraphs } from "./build";

const idleMs = 90000;
const warnMs = 75000;
const askEveryMs = 30000;

interface Entry extends Item {
  initials: string;
  keywords: string[];
  text: string;
}

interface Attachment {
  name: string;
  type: string;
  bytes: number;
  digest: string;
  file: string;
}

interface Whole extends Item {
  attachments: Attachment[];
}

type View = () => void;

class Kiosk {
  private entries: Entry[] = [];
  private text = "";
  private inForceCount = 0;
  private readonly lease = new Lease();
  private view: View = () => this.home();
  private before: View[] = [];
  private touchedAt = Date.now();
  private query = "";
  private reading = "";
  private scroll: HTMLElement | null = null;

  start(): void {
    new Clock().start();
    for (const kind of ["pointerdown", "keydown", "wheel", "touchmove"]) {
      document.addEventListener(kind, () => this.touched(), { passive: true });
    }
    document.addEventListener("contextmenu", (event) => event.preventDefault());
    document.addEventListener("dragstart", (event) => event.preventDefault());
    window.setInterval(() => this.tick(), 1000);
    window.setInterval(() => void this.ask(), askEveryMs);
    const events = new EventSource("events");
    events.addEventListener("items", () => void this.ask());
    events.addEventListener("begin", () => void this.ask());
    this.home();
    void this.ask();
  }

  private async ask(): Promise<void> {
    try {
      const answer = await fetch(`kiosk.json?lang=${language}`, { cache: "no-cache" });
      const text = answer.ok ? await answer.text() : this.text;
      if (answer.ok) {
        this.lease.take(answer.headers);
      }
      if (text === this.text) {
        return;
      }
      this.text = text;
      const list = JSON.parse(text) as { screen: string; items: Entry[] };
      this.entries = list.items;
      this.inForceCount = this.inForce().length;
      byId("place").textContent = list.screen;
      document.title = list.screen;
      if (this.reading === "") {
        this.view();
      } else if (!this.entries.some((entry) => entry.key === this.reading)) {
        this.say(word("withdrawn"));  // what is being read has been taken down
      }
    } catch {
      // The agent is away: what we have can be read and searched.
    }
  }

  private inForce(): Entry[] {
    return current(this.entries, Date.now(), this.lease);
  }

  // What ended, or whose lease ended, leaves the glass with the agent away too.
  private drop(): void {
    const now = this.inForce();
    const was = this.inForceCount;
    this.inForceCount = now.length;
    const read = this.entries.find((entry) => entry.key === this.reading);
    if (read !== undefined && !now.includes(read)) {
      this.say(word(this.lease.over(read.lease_ms) ? "dark" : "withdrawn"));
    } else if (read === undefined && now.length !== was) {
      this.view();
    }
  }

  private touched(): void {
    this.touchedAt = Date.now();
    byId("idle").hidden = true;
  }

  private tick(): void {
    this.drop();
    const idle = Date.now() - this.touchedAt;
    const away = this.before.length > 0 || document.body.classList.contains("large") ||
      document.body.classList.contains("low") || language !== "zh";
    if (!away) {
      return;
    }
    if (idle >= idleMs) {
      byId("idle").hidden = true;
      document.body.classList.remove("large", "low");
      this.restart();
      if (language !== "zh") {
        location.search = "";
      }
    } else if (idle >= warnMs) {
      byId("idle").hidden = false;
      byId("idle").textContent = word("idle", Math.ceil((idleMs - idle) / 1000));
    }
  }

  private restart(): void {
    this.before = [];
    this.query = "";
    this.home();
  }

  // Shows a view; the one before comes back with the key for it.
  private go(view: View): void {
    this.before.push(this.view);
    view();
  }

  private begin(view: View, className: string): HTMLElement {
    this.view = view;
    this.reading = "";
    this.scroll = null;
    const main = byId("main");
    main.className = className;
    main.replaceChildren();
    this.keys();
    return main;
  }

  private keys(): void {
    const keys = byId("keys");
    const large = document.body.classList.contains("large");
    const low = document.body.classList.contains("low");
    keys.replaceChildren(
      button("home", word("home"), () => this.restart(), this.before.length === 0 && this.query === ""),
      button("back", word("back"), () => this.back(), this.before.length === 0),
      button("find", word("find"), () => this.go(() => this.search())),
      button("size", large ? word("normal_print") : word("large_print"), () => this.toggle("large")),
      button("reach", low ? word("normal_reach") : word("low_reach"), () => this.toggle("low")),
      button("tongue", word("other_language"), () => this.otherLanguage()),
    );
  }

  private toggle(what: string): void {
    document.body.classList.toggle(what);
    this.view();
  }

  private otherLanguage(): void {
    location.search = language === "zh" ? "?lang=en" : "";
  }

  private back(): void {
    const view = this.before.pop();
    if (view) {
      view();
    }
  }

  private say(text: string): void {
    const main = this.begin(() => this.home(), "said");
    main.append(make("h1", "", text));
    this.before = [() => this.home()];
    this.keys();
  }

  private home(): void {
    const main = this.begin(() => this.home(), "home");
    const entries = this.inForce();
    main.append(make("h1", "", word("title")));
    const tiles = make("div", "tiles");
    const kinds = Array.from(new Set(entries.map((entry) => entry.kind)));
    kinds.sort((a, b) => this.rank(a) - this.rank(b));
    for (const kind of kinds) {
      const of = entries.filter((entry) => entry.kind === kind);
      const label = of[0] ? of[0].label : kind;
      const tile = button(`tile kind-${kind}`, label, () => this.go(() => this.list(kind, label, 0)));
      tile.append(make("small", "", word("count", of.length)));
      tiles.append(tile);
    }
    const latest = make("section", "latest");
    latest.append(make("h2", "", word("latest")));
    this.rows(latest, entries.slice(0, 4));
    main.append(tiles, latest);
    if (entries.length === 0) {
      latest.append(make("p", "nothing", word("empty")));
    }
  }

  // Guides first: that is what people come for.
  private rank(kind: string): number {
    const order = ["service_guide", "notice", "public_notice", "policy_document", "interpretation", "reply"];
    const at = order.indexOf(kind);
    return at < 0 ? order.length : at;
  }

  private rows(box: HTMLElement, entries: Entry[]): void {
    const list = make("ul", "rows");
    for (const entry of entries) {
      const line = make("li", "");
      const row = button("row", "", () => this.go(() => void this.read(entry.key)));
      const title = make("span", "name", entry.title);
      title.classList.toggle("urgent", entry.urgent);
      row.append(title, make("span", "from", `${entry.issuer}　${entry.date.slice(0, 10)}`));
      line.append(row);
      list.append(line);
    }
    box.append(list);
  }

  private rowsPerPage(): number {
    const large = document.body.classList.contains("large") || document.body.classList.contains("low");
    return Math.max(3, Math.floor(window.innerHeight * (large ? 0.5 : 0.62) / (window.innerHeight > window.innerWidth ? 130 : 104)));
  }

  private list(kind: string, label: string, page: number): void {
    const main = this.begin(() => this.list(kind, label, page), "list");
    const entries = this.inForce().filter((entry) => entry.kind === kind);
    const size = this.rowsPerPage();
    const pages = Math.max(1, Math.ceil(entries.length / size));
    main.append(make("h1", "", label));
    this.rows(main, entries.slice(page * size, (page + 1) * size));
    this.turner(main, page, pages, (to) => this.list(kind, label, to));
  }

  private turner(box: HTMLElement, page: number, pages: number, turn: (to: number) => void): void {
    if (pages < 2) {
      return;
    }
    const line = make("p", "turner");
    line.append(
      button("", word("previous"), () => turn(page - 1), page === 0),
      make("span", "", word("page", page + 1, pages)),
      button("", word("following"), () => turn(page + 1), page + 1 >= pages),
    );
    box.append(line);
  }

  private async read(key: string): Promise<void> {
    const main = this.begin(() => void this.read(key), "item");
    this.reading = key;
    let item: Whole | null = null;
    try {
      const answer = await fetch(`item/${key}.json?lang=${language}`, { cache: "no-cache" });
      item = answer.ok ? ((await answer.json()) as Whole) : null;
    } catch {
      // The agent is away: what the list knows of it.
    }
    if (this.reading !== key) {
      return;
    }
    const known = item || this.entries.find((entry) => entry.key === key);
    if (!known) {
      return this.say(word("withdrawn"));
    }
    main.replaceChildren(this.article(known, item));
  }

  private article(known: Item, item: Whole | null): HTMLElement {
    const article = make("article", "reader");
    article.classList.toggle("drill", known.test);
    const head = make("header", "title");
    const line = make("p", "line");
    line.append(make("strong", "label", known.urgent ? `${word("urgent")} · ${known.label}` : known.label));
    line.append(make("span", "", known.issuer), make("span", "", known.date));
    head.append(line, make("h1", "", known.title));
    const text = make("div", "text");
    text.tabIndex = 0;
    text.setAttribute("aria-label", known.title);
    text.setAttribute("role", "region");
    this.scroll = text;
    if (known.facts.length > 0) {
      text.append(factList(known.facts, "info"));
    }
    if (known.summary) {
      text.append(make("p", "summary", known.summary));
    }
    if (item === null) {
      text.append(make("p", "nothing", word("silent")));
    } else {
      this.fill(text, item);
    }
    const aside = make("div", "side");
    aside.append(
      button("up", word("up"), () => this.scrollBy(-1)),
      button("down", word("down"), () => this.scrollBy(1)),
    );
    if (item && item.qr) {
      const qr = make("div", "qr");
      qr.innerHTML = item.qr;
      qr.append(make("p", "", word("scan_phone")));
      aside.append(qr);
    }
    article.append(head, text, aside);
    return article;
  }

  private fill(text: HTMLElement, item: Whole): void {
    if (item.elements) {
      text.append(factList(item.elements, "guide"));
    }
    if (item.question) {
      text.append(paragraphs(word("question"), item.question, "letter"));
    }
    if (item.answer) {
      text.append(paragraphs(word("answer"), item.answer, "letter answer"));
    }
    if (item.html) {
      const body = bodyOf(item.html);
      for (const link of Array.from(body.querySelectorAll("a"))) {
        link.removeAttribute("href");  // nothing leads away from here
      }
      text.append(body);
    }
    const others = item.attachments.filter((one) => !one.type.startsWith("image/"));
    if (others.length > 0) {
      text.append(make("h2", "", word("attachments")), this.attachments(others));
    }
  }

  private attachments(list: Attachment[]): HTMLElement {
    const box = make("ul", "attachments");
    for (const one of list) {
      const line = make("li", "");
      if (one.type === "application/pdf") {
        line.append(button("open", `${one.name}（PDF）`, () => this.go(() => void this.pdf(one, 1))));
      } else {
        line.append(make("p", "", one.name), make("p", "note", word("download_note")));
      }
      box.append(line);
    }
    return box;
  }

  // Page by page, as pictures; a page that cannot be drawn is the end.
  private async pdf(one: Attachment, page: number): Promise<void> {
    const main = this.begin(() => void this.pdf(one, page), "pdf");
    const head = make("h1", "", one.name);
    const box = make("div", "text");
    box.tabIndex = 0;
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", one.name);
    const picture = document.createElement("img");
    picture.alt = word("pdf_page", one.name, page);
    const line = make("p", "turner");
    const following = button("", word("following"), () => void this.pdf(one, page + 1));
    line.append(
      button("", word("previous"), () => void this.pdf(one, page - 1), page === 1),
      make("span", "", word("pdf_number", page)),
      following,
      button("up", word("up"), () => this.scrollBy(-1)),
      button("down", word("down"), () => this.scrollBy(1)),
    );
    picture.addEventListener("error", () => {
      following.setAttribute("disabled", "");
      box.replaceChildren(make("p", "nothing", page === 1 ? word("download_note") : word("pdf_end")));
    });
    this.scroll = box;
    picture.src = `files/${one.digest}/page-${page}.png`;
    box.append(picture);
    main.append(head, box, line);
  }

  private scrollBy(pages: number): void {
    if (this.scroll !== null) {
      this.scroll.scrollBy({ top: pages * this.scroll.clientHeight * 0.85 });
    }
  }

  private search(): void {
    const main = this.begin(() => this.search(), "search");
    main.append(make("h1", "", word("find")));
    const field = document.createElement("input");
    field.id = "query";
    field.value = this.query;
    field.autocomplete = "off";
    field.setAttribute("aria-label", word("find"));
    field.placeholder = word("find_hint");
    const results = make("div", "results");
    results.setAttribute("aria-live", "polite");
    const shown = (): void => {
      this.query = field.value;
      results.replaceChildren();
      const found = this.query.trim() === "" ? [] : find(this.inForce(), this.query);
      if (this.query.trim() !== "") {
        results.append(make("p", "found", word("found", found.length)));
      }
      this.rows(results, found.slice(0, document.body.classList.contains("low") ? 3 : 5));
    };
    field.addEventListener("input", shown);
    const put = (text: string): void => {
      field.value = text;
      shown();
    };
    const hot = make("p", "hot");
    for (const keyword of this.hotWords()) {
      hot.append(button("chip", keyword, () => put(keyword)));
    }
    const board = make("div", "board");
    for (const letter of "1234567890QWERTYUIOPASDFGHJKLZXCVBNM") {
      const place = letter === "A" ? "letter second" : letter === "Z" ? "letter third" : "letter";
      board.append(button(place, letter, () => put(field.value + letter.toLowerCase())));
    }
    board.append(
      button("letter wide", word("erase"), () => put(field.value.slice(0, -1))),
      button("letter wide", word("clear"), () => put("")),
    );
    main.append(field, hot, results, board);
    shown();
  }

  private hotWords(): string[] {
    const counts = new Map<string, number>();
    for (const entry of this.inForce()) {
      for (const keyword of entry.keywords) {
        counts.set(keyword, (counts.get(keyword) || 0) + 1);
      }
    }
    const words = Array.from(counts.keys());
    words.sort((a, b) => (counts.get(b) || 0) - (counts.get(a) || 0));
    return words.slice(0, 6);
  }
}

function begin(): void {
  loadWords().then(() => new Kiosk().start(), () => window.setTimeout(begin, 1000));
}

begin();
