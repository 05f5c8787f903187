// The display page: shows in turn what the agent says, tells what was really drawn, and goes on with
// what it has while nobody answers.
import { bodyOf, byId, factList, make, paragraphs } from "./build";
import { Clock } from "./clock";
import { Link } from "./link";
import { Item, Programme, current } from "./model";
import { Pages } from "./paging";
import { loadWords, word } from "./words";

const standbySeconds = 12;

function content(item: Item): HTMLElement {
  const flow = make("div", "flow");
  if (item.facts.length > 0) {
    flow.append(factList(item.facts, "info"));
  }
  if (item.summary) {
    flow.append(make("p", "summary", item.summary));
  }
  if (item.elements) {
    flow.classList.add("columns");
    flow.append(factList(item.elements, "guide"));
  }
  if (item.question) {
    flow.append(paragraphs(word("question"), item.question, "letter"));
  }
  if (item.answer) {
    flow.append(paragraphs(word("answer"), item.answer, "letter answer"));
  }
  if (item.html) {
    flow.append(bodyOf(item.html));
  }
  return flow;
}

function card(item: Item): HTMLElement {
  const article = make("article", "card");
  article.classList.toggle("urgent", item.urgent);
  article.classList.toggle("drill", item.test);
  if (item.test) {
    article.dataset["drill"] = word("drill");
  }
  const header = make("header", "title");
  const line = make("p", "line");
  line.append(make("strong", "label", item.urgent ? `${word("urgent")} · ${item.label}` : item.label));
  line.append(make("span", "", item.issuer), make("span", "", item.date));
  const heading = make("h1", "", item.title);
  heading.classList.toggle("long", item.title.length > 30);
  header.append(line, heading);
  const box = make("div", "box");
  box.append(content(item));
  article.append(header, box);
  if (item.qr) {
    const aside = make("div", "qr");
    aside.innerHTML = item.qr;
    aside.append(make("p", "", item.html || item.elements || item.answer ? word("scan_phone") : word("scan_whole")));
    article.append(aside);
  }
  return article;
}

// What stands on the glass, as sixteen digits: enough to tell that it was another text.
function hashOf(text: string): string {
  const run = (seed: number): string => {
    let hash = seed;
    for (let i = 0; i < text.length; i += 1) {
      hash = Math.imul(hash ^ text.charCodeAt(i), 16777619) >>> 0;
    }
    return hash.toString(16).padStart(8, "0");
  };
  return run(2166136261) + run(3735928559);
}

// A device without a Chinese font draws the same empty box for every character.
function fontMissing(): boolean {
  const draw = (text: string): string => {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 24;
    const context = canvas.getContext("2d");
    if (context === null) {
      return text;
    }
    context.font = "20px sans-serif";
    context.fillText(text, 2, 20);
    return context.getImageData(0, 0, 24, 24).data.join();
  };
  return draw("鼓") === draw("楼");
}

class Display {
  private programme: Programme = { screen: "", takeover: false, items: [] };
  private shownKey = "";
  private shownUntil = 0;
  private page = 0;
  private pages: Pages | null = null;
  private drawn: { key: string; from: number; hash: string } | null = null;
  private leaving = "";
  private readonly faults = fontMissing() ? ["font"] : [];
  private readonly link = new Link((text) => this.take(JSON.parse(text) as Programme), () => this.faults, () => this.onGlass());

  start(): void {
    new Clock().start();
    window.setInterval(() => document.body.classList.toggle("silent", this.link.silent()), 1000);
    window.setInterval(() => this.turn(), 250);
    window.addEventListener("resize", () => this.show(this.shownKey, true));
    document.documentElement.style.setProperty("--silent", JSON.stringify(word("silent")));
    this.link.start();
  }

  private take(programme: Programme): void {
    const began = programme.takeover && !this.programme.takeover;
    this.programme = programme;
    this.link.shortestLease(Math.min(...programme.items.map((item) => item.lease_ms || Infinity)));
    byId("place").textContent = programme.screen;
    document.title = programme.screen;
    document.body.classList.toggle("takeover", programme.takeover);
    const items = this.items();
    if (began || !items.some((item) => item.key === this.shownKey)) {
      this.show(items[0] ? items[0].key : "", true);
    } else {
      this.tell();
    }
  }

  // Also while it is going: a report says that it left only when something else is drawn.
  private onGlass(): string {
    return this.drawn !== null ? this.drawn.key : this.leaving;
  }

  private items(): Item[] {
    return current(this.programme.items, Date.now(), this.link.lease);
  }

  private turn(): void {
    const items = this.items();
    const at = items.findIndex((item) => item.key === this.shownKey);
    if (at < 0) {
      if (this.shownKey !== "" || items.length > 0) {
        this.show(items[0] ? items[0].key : "", true);
      }
      return;
    }
    if (Date.now() < this.shownUntil) {
      return;
    }
    if (this.pages !== null && this.page + 1 < this.pages.count) {
      this.page += 1;
      this.pages.show(this.page);
      this.begin();
    } else if (items.length > 1 || (this.pages !== null && this.pages.count > 1)) {
      const next = items[(at + 1) % items.length];
      this.show(next ? next.key : "");
    } else {
      this.begin();
    }
  }

  // At once: what was there must go, or what comes is urgent; otherwise one fades into the other.
  private show(key: string, atOnce = false): void {
    const stage = byId("stage");
    const item = this.items().find((one) => one.key === key);
    const gone = this.drawn;
    const until = Date.now();
    this.drawn = null;
    this.leaving = gone === null ? this.leaving : gone.key;
    this.shownKey = item ? key : "";
    this.page = 0;
    this.pages = null;
    const old = Array.from(stage.children);
    const fresh = item ? card(item) : this.standby();
    if (atOnce) {
      old.forEach((element) => element.remove());
    } else {
      fresh.classList.add("coming");
    }
    stage.append(fresh);
    const box = fresh.querySelector<HTMLElement>(".box");
    const flow = fresh.querySelector<HTMLElement>(".flow");
    if (box !== null && flow !== null && item) {
      this.measure(box, flow, item);
    }
    if (!atOnce) {
      window.setTimeout(() => {
        fresh.classList.remove("coming");
        old.forEach((element) => element.classList.add("going"));
      }, 30);
      window.setTimeout(() => old.forEach((element) => element.remove()), 900);
    }
    // Two frames later it has been on the glass, and what was there before has not any more.
    const painted = (): void => {
      this.leaving = "";
      if (gone !== null) {
        this.link.tell({ ...gone, until: Math.max(until, gone.from + 1) });
      }
      this.drew(fresh);
    };
    if (document.visibilityState === "visible") {
      window.requestAnimationFrame(() => window.requestAnimationFrame(painted));
    } else {
      painted();
    }
    this.begin();
    this.tell();
  }

  // Says so only if it really is: in a visible page, on the stage, with its title in sight.
  private drew(fresh: HTMLElement): void {
    const heading = fresh.querySelector("h1");
    if (this.shownKey === "" || heading === null || !fresh.isConnected || document.visibilityState !== "visible") {
      return;
    }
    const place = heading.getBoundingClientRect();
    const inSight = place.width > 0 && place.height > 0 && place.top >= 0 && place.bottom <= window.innerHeight;
    if (inSight && this.drawn === null) {
      this.drawn = { key: this.shownKey, from: Date.now(), hash: hashOf(fresh.textContent || "") };
      this.link.tell(this.drawn);
    }
  }

  // Pictures change how much there is; count the pages again when they are there.
  private measure(box: HTMLElement, flow: HTMLElement, item: Item): void {
    this.pages = new Pages(box, flow, item.ms);
    this.pages.show(0);
    for (const picture of Array.from(flow.querySelectorAll("img"))) {
      picture.addEventListener("load", () => {
        if (this.shownKey === item.key && this.page === 0) {
          this.pages = new Pages(box, flow, item.ms);
          this.pages.show(0);
          this.begin();
        }
      });
    }
  }

  private begin(): void {
    const seconds = this.pages === null ? standbySeconds : this.pages.seconds();
    this.shownUntil = Date.now() + seconds * 1000;
    const bar = byId("bar");
    bar.style.transition = "none";
    bar.style.transform = "scaleX(0)";
    void bar.offsetWidth;
    bar.style.transition = `transform ${seconds}s linear`;
    bar.style.transform = "scaleX(1)";
    this.tell();
  }

  private tell(): void {
    const items = this.items();
    const at = items.findIndex((item) => item.key === this.shownKey);
    const pages = this.pages !== null && this.pages.count > 1 ? `　${word("page", this.page + 1, this.pages.count)}` : "";
    byId("count").textContent = at < 0 ? "" : `${at + 1} / ${items.length}${pages}`;
    const next = items.length > 1 ? items[(at + 1) % items.length] : undefined;
    byId("next").textContent = next && at >= 0 ? word("next", next.title) : "";
  }

  // Is there something that must not be shown until the broker has confirmed it?
  private isDark(): boolean {
    return Boolean(this.programme.dark) || this.programme.items.some((item) => this.link.lease.over(item.lease_ms));
  }

  private standby(): HTMLElement {
    const box = make("section", "standby");
    const mark = document.createElement("img");
    mark.src = "mark.svg";
    mark.alt = "";
    box.append(mark, make("h1", "", this.programme.screen || word("title")));
    if (this.isDark()) {
      const asOf = this.link.lease.confirmed();
      box.append(make("p", "dark", word("dark")), make("p", "", asOf ? word("as_of", asOf) : word("as_of_never")));
    } else {
      box.append(make("p", "", word("empty")));
    }
    return box;
  }
}

// Without its words a page says nothing: tries until the agent answers.
function begin(): void {
  loadWords().then(() => new Display().start(), () => window.setTimeout(begin, 1000));
}

begin();
