// The page behind the link of a notice board or a township: what to post and to take down, and one tap
// when it is done. A photo is made small here, so that it leaves a village with a weak signal; the
// server makes it plain in any case.
import { byId, button, make } from "./build";
import { language, loadWords, word } from "./words";

const photoSide = 1600;
const photoQuality = 0.8;
const sureMs = 6000;

interface Sheet {
  key: string;
  title: string;
  issuer?: string;
  urgent?: boolean;
  until?: string;
  why?: string;
  date?: string;
  photo?: string;
}

interface Board {
  id: string;
  place: string;
  take_down: Sheet[];
  post: Sheet[];
  hanging: Sheet[];
}

interface Sheets {
  week: string;
  boards: Board[];
}

type Step = "posted" | "down";

let busy = false;

function say(text: string, bad = false): void {
  const box = byId("said");
  box.textContent = text;
  box.classList.toggle("bad", bad);
}

// As JPEG, upright, no larger than a screen; what cannot be drawn here goes as it is.
async function small(file: File): Promise<Blob> {
  try {
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, photoSide / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(picture.width * scale));
    canvas.height = Math.max(1, Math.round(picture.height * scale));
    const context = canvas.getContext("2d");
    if (context === null) {
      return file;
    }
    context.drawImage(picture, 0, 0, canvas.width, canvas.height);
    const made = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", photoQuality));
    return made || file;
  } catch {
    return file;
  }
}

async function tell(step: Step, board: Board, sheet: Sheet, photo?: File): Promise<boolean> {
  say(word("sending"));
  try {
    const body = photo ? await small(photo) : undefined;
    const answer = await fetch(`${step}/${board.id}/${sheet.key}?lang=${language}`,
      { method: "POST", body, headers: { "Content-Type": "image/jpeg" } });
    if (answer.ok) {
      show((await answer.json()) as Sheets);
      say(word("thanks", sheet.title));
      return true;
    }
    const type = answer.headers.get("Content-Type") || "";
    const why = type.includes("json") ? ((await answer.json()) as { detail?: string }).detail : String(answer.status);
    say(word("refused", why || String(answer.status)), true);
    if (answer.status === 409) {
      await load();
    }
  } catch {
    say(word("not_sent", sheet.title), true);
  }
  return false;
}

async function once(act: () => Promise<void>): Promise<void> {
  if (busy) {
    return;
  }
  busy = true;
  document.body.classList.add("busy");
  await act();
  busy = false;
}

function photoKey(step: Step, board: Board, sheet: Sheet): HTMLElement {
  const label = make("label", "photo", word("photo"));
  const input = document.createElement("input");
  input.type = "file";
  input.accept = "image/*";
  input.setAttribute("capture", "environment");
  input.setAttribute("aria-label", `${word("photo")}: ${sheet.title}`);
  input.addEventListener("change", () => {
    const file = input.files ? input.files[0] : undefined;
    if (file) {
      void once(async () => void await tell(step, board, sheet, file));
    }
  });
  label.append(input);
  return label;
}

function entry(step: Step, board: Board, sheet: Sheet): HTMLElement {
  const item = make("li", "sheet");
  const title = make("b", "");
  if (sheet.urgent) {
    title.append(make("span", "urgent", word("urgent")));
  }
  title.append(sheet.title);
  item.append(title);
  const facts = [sheet.issuer, sheet.why, sheet.until ? word("until_line", sheet.until) : "",
    step === "down" ? (sheet.date ? word("posted_line", sheet.date) : word("perhaps")) : ""].filter((one) => one);
  if (facts.length > 0) {
    item.append(make("small", "", facts.join(" · ")));
  }
  const keys = make("div", "keys");
  const done = button("done", word(step === "posted" ? "post_done" : "down_done"),
    () => void once(async () => void await tell(step, board, sheet)));
  done.setAttribute("aria-label", `${done.textContent}: ${sheet.title}`);
  keys.append(done, photoKey(step, board, sheet));
  item.append(keys);
  return item;
}

// Many from one list: the first tap asks, the second one means it.
function allKey(step: Step, board: Board, sheets: Sheet[]): HTMLElement {
  const text = word(step === "posted" ? "all_posted" : "all_down", sheets.length);
  let asked = 0;
  const key = button("all", text, () => {
    if (Date.now() - asked > sureMs) {
      asked = Date.now();
      key.textContent = word("sure", sheets.length);
      window.setTimeout(() => { key.textContent = text; }, sureMs);
      return;
    }
    void once(async () => {
      for (const sheet of sheets) {
        if (!await tell(step, board, sheet)) {
          return;
        }
      }
    });
  });
  return key;
}

function group(name: string, heading: string, count: number): HTMLElement {
  const section = make("section", name);
  const line = make("h3", "", heading);
  line.append(make("span", "count", String(count)));
  section.append(line);
  return section;
}

function work(step: Step, board: Board, sheets: Sheet[]): HTMLElement[] {
  if (sheets.length === 0) {
    return [];
  }
  const section = group(step, word(step === "posted" ? "to_post" : "to_take_down"), sheets.length);
  const list = make("ul", "");
  list.append(...sheets.map((sheet) => entry(step, board, sheet)));
  section.append(list);
  if (sheets.length > 1) {
    section.append(allKey(step, board, sheets));
  }
  return [section];
}

function hanging(board: Board): HTMLElement[] {
  if (board.hanging.length === 0) {
    return [];
  }
  const section = group("hanging", word("hanging"), board.hanging.length);
  const list = make("ul", "");
  for (const sheet of board.hanging) {
    const item = make("li", "sheet");
    item.append(make("b", "", sheet.title), make("small", "", word("posted_line", sheet.date || "")));
    if (sheet.photo) {
      const picture = document.createElement("img");
      picture.src = `photo/${sheet.photo}.jpg`;
      picture.alt = word("photo_of", sheet.title);
      picture.loading = "lazy";
      item.append(picture);
    }
    list.append(item);
  }
  section.append(list);
  return [section];
}

// Boards with something to do first.
function show(sheets: Sheets): void {
  const open = (board: Board): number => board.take_down.length + board.post.length;
  const boards = sheets.boards.slice().sort((a, b) => Number(open(b) > 0) - Number(open(a) > 0));
  byId("list").replaceChildren(...boards.map((board) => {
    const section = make("section", "board");
    section.append(make("h2", "", board.place), make("p", "week", `${word("week")} ${sheets.week}`),
      ...work("down", board, board.take_down), ...work("posted", board, board.post));
    if (open(board) === 0) {
      section.append(make("p", "nothing", word("nothing")));
    }
    section.append(...hanging(board));
    return section;
  }));
}

async function load(): Promise<void> {
  try {
    const answer = await fetch(`sheets.json?lang=${language}`, { cache: "no-store" });
    if (answer.ok) {
      show((await answer.json()) as Sheets);
    } else if (answer.status === 404) {
      byId("list").replaceChildren(make("p", "nothing", word("ended")));
    }
  } catch {
    say(word("not_sent", ""), true);
  }
}

async function begin(): Promise<void> {
  await loadWords();
  byId("title").textContent = document.title = word("title");
  const other = byId("tongue") as HTMLAnchorElement;
  other.textContent = word("other_language");
  other.href = language === "zh" ? "?lang=en" : "?";
  other.lang = language === "zh" ? "en" : "zh-CN";
  await load();
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible" && !busy) {
      void load();
    }
  });
}

void begin();
