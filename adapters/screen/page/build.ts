// Elements the pages are built of.
import { Fact } from "./model";

const pictureAgainMs = 3000;
const pictureAgainMsMax = 60_000;

export function byId(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (element === null) {
    throw new Error(`no element ${id}`);
  }
  return element;
}

export function make(tag: string, className: string, text = ""): HTMLElement {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}

export function button(className: string, text: string, act: () => void, disabled = false): HTMLElement {
  const element = document.createElement("button");
  element.type = "button";
  element.className = className;
  element.textContent = text;
  element.disabled = disabled;
  element.addEventListener("click", act);
  return element;
}

function lines(text: string): string[] {
  return text.split("\n").filter((one) => one.trim() !== "");
}

export function factList(facts: Fact[], className: string): HTMLElement {
  const list = make("dl", className);
  for (const fact of facts) {
    const row = make("div", "");
    row.append(make("dt", "", fact.name));
    const value = make("dd", "");
    value.append(...lines(fact.value).map((text) => make("p", "", text)));
    row.append(value);
    list.append(row);
  }
  return list;
}

export function paragraphs(heading: string, text: string, className: string): HTMLElement {
  const section = make("section", className);
  section.append(make("h3", "", heading), ...lines(text).map((line) => make("p", "", line)));
  return section;
}

// A picture may come later than its text: it is asked for again while it stands there without.
function awaitPicture(picture: HTMLImageElement): void {
  let waitMs = pictureAgainMs;
  picture.addEventListener("error", () => {
    window.setTimeout(() => {
      if (picture.isConnected) {
        picture.setAttribute("src", picture.getAttribute("src") || "");
      }
    }, waitMs);
    waitMs = Math.min(2 * waitMs, pictureAgainMsMax);
  });
}

// In normal form: the agent accepts nothing else, and the page's policy runs no script in it.
export function bodyOf(html: string): HTMLElement {
  const body = make("div", "body");
  body.innerHTML = html;
  Array.from(body.querySelectorAll("img")).forEach(awaitPicture);
  return body;
}
