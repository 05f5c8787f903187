// The preview: the page of a screen in a frame of the screen's own size, made to fit the window.
import { byId, make } from "./build";
import { loadWords, word } from "./words";

const shapes: Record<string, { width: number; height: number; page: string }> = {
  landscape: { width: 1920, height: 1080, page: "." },
  portrait: { width: 1080, height: 1920, page: "." },
  touch: { width: 1920, height: 1080, page: "kiosk.html" },
};

const border = 14;

async function notes(): Promise<string> {
  const answer = await fetch("preview.json", { cache: "no-cache" });
  return ((await answer.json()) as { notes: string }).notes;
}

// A sheet of a notice board: its pages, one below the other, and the PDF that is printed.
function showSheets(): void {
  const main = byId("frame").parentElement as HTMLElement;
  main.className = "sheets";
  const link = make("a", "pdf", "PDF") as HTMLAnchorElement;
  link.href = "sheets.pdf";
  main.replaceChildren(link);
  const add = (page: number): void => {
    const picture = document.createElement("img");
    picture.alt = word("pdf_number", page);
    picture.addEventListener("load", () => add(page + 1));
    picture.addEventListener("error", () => picture.remove());
    picture.src = `sheet-${page}.png`;
    main.append(picture);
  };
  add(1);
}

async function begin(): Promise<void> {
  await loadWords();
  const as = new URLSearchParams(location.search).get("as") || "landscape";
  const shape = shapes[as];
  if (as === "board") {
    byId("heading").textContent = word("preview", word("shape_board"), "A4");
    byId("note").textContent = await notes();
    return showSheets();
  }
  const frame = byId("frame") as HTMLIFrameElement;
  if (shape === undefined) {
    return;
  }
  byId("heading").textContent = word("preview", word(`shape_${as}`), `${shape.width} × ${shape.height}`);
  byId("note").textContent = await notes();
  frame.style.width = `${shape.width + 2 * border}px`;
  frame.style.height = `${shape.height + 2 * border}px`;
  frame.src = shape.page;
  const fit = (): void => {
    const room = (frame.parentElement as HTMLElement).getBoundingClientRect();
    const width = shape.width + 2 * border;
    const height = shape.height + 2 * border;
    const scale = Math.min((room.width - 40) / width, (room.height - 24) / height);
    frame.style.transform = `translate(${(room.width - width * scale) / 2}px, 0) scale(${scale})`;
  };
  window.addEventListener("resize", fit);
  fit();
}

void begin();
