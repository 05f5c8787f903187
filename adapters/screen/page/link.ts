// The page's link to the agent: hears at once that something changed, asks now and then should that
// be lost, and says what was really drawn. While the agent is away the page goes on with what it has;
// what was drawn meanwhile is told when it is back.
import { Lease } from "./lease";
import { language } from "./words";

const askEveryMs = 3000;
const askEveryHeardMs = 30000;
const silentAfterMs = 30000;
const tellEveryMs = 30000;
const drawnMax = 64;

export interface Drawn {
  key: string;
  from: number;
  until?: number;
  hash: string;
}

export class Link {
  readonly lease = new Lease();
  private everyMs = askEveryHeardMs;
  private text = "";
  private asking = false;
  private askAgain = false;
  private askedAt = 0;
  private answeredAt = Date.now();
  private toldAt = 0;
  private telling = false;
  private heard = false;
  private drawn: Drawn[] = [];
  private readonly page = Math.floor(Math.random() * 2 ** 52) + 1;
  private readonly key = new URLSearchParams(location.search).get("key") || "";
  private readonly faults: () => string[];
  private readonly on: () => string;
  private readonly take: (text: string) => void;

  // on: the item that is on the glass now.
  constructor(take: (text: string) => void, faults: () => string[], on: () => string) {
    this.on = on;
    this.take = take;
    this.faults = faults;
  }

  start(): void {
    this.listen();
    window.setInterval(() => this.tick(), 1000);
    void this.ask();
  }

  // Of items with a lease the agent must be heard well before it ends.
  shortestLease(ms: number): void {
    this.everyMs = Math.min(askEveryHeardMs, ms / 4);
  }

  silent(): boolean {
    return Date.now() - this.answeredAt > silentAfterMs;
  }

  tell(drawn: Drawn): void {
    this.drawn.push(drawn);
    this.drawn.splice(0, this.drawn.length - drawnMax);
    void this.send();
  }

  private listen(): void {
    const events = new EventSource("events");
    events.addEventListener("begin", () => {
      this.heard = true;
      void this.ask();
    });
    events.addEventListener("items", () => void this.ask());
    events.onerror = () => {
      this.heard = false;
      if (events.readyState === EventSource.CLOSED) {
        // Refused: a browser does not try again by itself.
        window.setTimeout(() => this.listen(), askEveryMs);
      }
    };
  }

  private tick(): void {
    if (Date.now() - this.askedAt >= Math.min(this.everyMs, this.heard ? askEveryHeardMs : askEveryMs)) {
      void this.ask();
    }
    if (Date.now() - this.toldAt >= tellEveryMs) {
      void this.send();
    }
  }

  private async ask(): Promise<void> {
    if (this.asking) {
      this.askAgain = true;
      return;
    }
    this.asking = true;
    this.askedAt = Date.now();
    try {
      const answer = await fetch(`items.json?lang=${language}`, { cache: "no-cache" });
      if (answer.ok) {
        this.answeredAt = Date.now();
        this.lease.take(answer.headers);
        const text = await answer.text();
        if (text !== this.text) {
          this.text = text;
          this.take(text);
          void this.send();  // what was taken away is known to be gone
        }
      }
    } catch {
      // The agent is away: what we have stays on the glass.
    }
    this.asking = false;
    if (this.askAgain) {
      this.askAgain = false;
      void this.ask();
    }
  }

  private async send(): Promise<void> {
    if (this.telling) {
      return;
    }
    this.telling = true;
    this.toldAt = Date.now();
    const going = this.drawn;
    this.drawn = [];
    let kept = false;
    try {
      const body = JSON.stringify({ now: Date.now(), page: this.page, on: this.on(), faults: this.faults(), drew: going });
      const answer = await fetch(this.key ? `shown?key=${encodeURIComponent(this.key)}` : "shown", { method: "POST", body });
      kept = answer.status < 500;
    } catch {
      // Said again later.
    }
    if (!kept) {
      this.drawn = going.concat(this.drawn).slice(-drawnMax);
    }
    this.telling = false;
    if (kept && this.drawn.length > 0) {
      void this.send();
    }
  }
}
