// The display page: asks the agent what to show, shows it in turn, and goes on with what it has while
// nobody answers.
import { Fact, Item, Programme, current } from "./model";
import { Pages } from "./paging";

const askEveryMs = 3000;
const silentAfterMs = 30000;
const weekdays = ["日", "一", "二", "三", "四", "五", "六"];

function byId(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (element === null) {
    throw new Error(`no element ${id}`);
  }
  return element;
}

function make(tag: string, className: string, text = ""): HTMLElement {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

function factList(facts: Fact[], className: string): HTMLElement {
  const list = make("dl", className);
  for (const fact of facts) {
    const row = make("div", "");
    row.append(make("dt", "", fact.name));
    const value = make("dd", "");
    for (const text of fact.value.split("\n").filter((one) => one.trim() !== "")) {
      value.append(make("p", "", text));
    }
    row.append(value);
    list.append(row);
  }
  return list;
}

function paragraphs(heading: string, text: string, className: string): HTMLElement {
  const section = make("section", className);
  section.append(make("h3", "", heading));
  for (const line of text.split("\n").filter((one) => one.trim() !== "")) {
    section.append(make("p", "", line));
  }
  return section;
}

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
    flow.append(paragraphs("来信内容", item.question, "letter"));
  }
  if (item.answer) {
    flow.append(paragraphs("答复内容", item.answer, "letter answer"));
  }
  if (item.html) {
    const body = make("div", "body");
    // In normal form: the agent accepts nothing else, and the page's policy runs no script in it.
    body.innerHTML = item.html;
    flow.append(body);
  }
  return flow;
}

function card(item: Item): HTMLElement {
  const article = make("article", "card");
  article.classList.toggle("urgent", item.urgent);
  article.classList.toggle("drill", item.test);
  const header = make("header", "title");
  const line = make("p", "line");
  line.append(make("strong", "label", item.urgent ? `紧急 · ${item.label}` : item.label));
  line.append(make("span", "", item.issuer), make("span", "", item.date));
  const heading = make("h1", "", item.title);
  heading.classList.toggle("long", item.title.length > 30);
  header.append(line, heading);
  const box = make("div", "box");
  box.append(content(item));
  article.append(header, box);
  if (item.qr) {
    const aside = make("aside", "qr");
    aside.innerHTML = item.qr;
    aside.append(make("p", "", item.html || item.elements || item.answer ? "扫码在手机上阅读" : "扫码阅读全文"));
    article.append(aside);
  }
  return article;
}

class Display {
  private programme: Programme = { screen: "", takeover: false, items: [] };
  private text = "";
  private shownKey = "";
  private shownUntil = 0;
  private page = 0;
  private pages: Pages | null = null;
  private answeredAt = Date.now();

  start(): void {
    this.showClock();
    window.setInterval(() => this.showClock(), 1000);
    window.setInterval(() => this.turn(), 250);
    window.addEventListener("resize", () => this.show(this.shownKey));
    void this.ask();
  }

  private async ask(): Promise<void> {
    try {
      const answer = await fetch("/items.json", { cache: "no-cache" });
      if (answer.ok) {
        this.answeredAt = Date.now();
        const text = await answer.text();
        if (text !== this.text) {
          this.text = text;
          this.take(JSON.parse(text) as Programme);
        }
      }
    } catch {
      // The agent is away: what we have stays on the glass.
    }
    document.body.classList.toggle("silent", Date.now() - this.answeredAt > silentAfterMs);
    window.setTimeout(() => void this.ask(), askEveryMs);
  }

  private take(programme: Programme): void {
    const began = programme.takeover && !this.programme.takeover;
    this.programme = programme;
    byId("place").textContent = programme.screen;
    document.title = programme.screen;
    document.body.classList.toggle("takeover", programme.takeover);
    const items = this.items();
    if (began || !items.some((item) => item.key === this.shownKey)) {
      this.show(items[0] ? items[0].key : "");
    } else {
      this.tell();
    }
  }

  private items(): Item[] {
    return current(this.programme.items, Date.now());
  }

  private turn(): void {
    const items = this.items();
    const at = items.findIndex((item) => item.key === this.shownKey);
    if (at < 0) {
      if (this.shownKey !== "" || items.length > 0) {
        this.show(items[0] ? items[0].key : "");
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

  private show(key: string): void {
    const stage = byId("stage");
    const item = this.items().find((one) => one.key === key);
    this.shownKey = item ? key : "";
    this.page = 0;
    this.pages = null;
    const old = Array.from(stage.children);
    const fresh = item ? card(item) : this.standby();
    fresh.classList.add("coming");
    stage.append(fresh);
    const box = fresh.querySelector<HTMLElement>(".box");
    const flow = fresh.querySelector<HTMLElement>(".flow");
    if (box !== null && flow !== null) {
      this.measure(box, flow, key);
    }
    window.setTimeout(() => {
      fresh.classList.remove("coming");
      old.forEach((element) => element.classList.add("going"));
    }, 30);
    window.setTimeout(() => old.forEach((element) => element.remove()), 900);
    this.begin();
    this.tell();
  }

  // Pictures change how much there is; count the pages again when they are there.
  private measure(box: HTMLElement, flow: HTMLElement, key: string): void {
    this.pages = new Pages(box, flow);
    this.pages.show(0);
    for (const picture of Array.from(flow.querySelectorAll("img"))) {
      picture.addEventListener("load", () => {
        if (this.shownKey === key && this.page === 0) {
          this.pages = new Pages(box, flow);
          this.pages.show(0);
          this.begin();
        }
      });
    }
  }

  private begin(): void {
    const seconds = this.pages === null ? 12 : this.pages.seconds();
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
    const pages = this.pages !== null && this.pages.count > 1 ? `　第 ${this.page + 1} 页，共 ${this.pages.count} 页` : "";
    byId("count").textContent = at < 0 ? "" : `${at + 1} / ${items.length}${pages}`;
    const next = items.length > 1 ? items[(at + 1) % items.length] : undefined;
    byId("next").textContent = next && at >= 0 ? `下一条：${next.title}` : "";
  }

  private standby(): HTMLElement {
    const box = make("section", "standby");
    const mark = document.createElement("img");
    mark.src = "/mark.svg";
    mark.alt = "";
    box.append(mark, make("h1", "", this.programme.screen || "政务公开"), make("p", "", "暂无信息"));
    return box;
  }

  private showClock(): void {
    // The wall clock of China, whatever the device believes about its place.
    const now = new Date(Date.now() + 8 * 3600 * 1000);
    const hour = now.getUTCHours();
    byId("time").textContent = `${two(hour)}:${two(now.getUTCMinutes())}`;
    const day = `${now.getUTCFullYear()}年${now.getUTCMonth() + 1}月${now.getUTCDate()}日`;
    byId("day").textContent = `${day}　星期${weekdays[now.getUTCDay()]}`;
    document.body.classList.toggle("night", hour < 7 || hour >= 19);
  }
}

new Display().start();
