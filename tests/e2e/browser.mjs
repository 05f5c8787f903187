// A real headless Chromium, driven line by line: a JSON command per line on standard input, a JSON answer per
// line on standard output. browser.py speaks to it; GULOU_NODE names the folder with node_modules.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(process.env.GULOU_NODE + "/");
const { chromium } = require("playwright-core");
const pages = new Map();
let browser = null;

const commands = {
  async open({ page, url, width, height, clock, touch }) {
    browser = browser || await chromium.launch({ executablePath: process.env.GULOU_CHROMIUM || "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--js-flags=--expose-gc"] });
    const context = await browser.newContext({ viewport: { width, height }, hasTouch: Boolean(touch) });
    const opened = await context.newPage();
    opened.problems = [];
    opened.on("pageerror", (error) => opened.problems.push(String(error)));
    opened.on("console", (message) => message.type() === "error" && opened.problems.push(message.text()));
    if (clock) {
      await opened.clock.install(clock === true ? {} : { time: clock });
    }
    pages.set(page, opened);
    await opened.goto(url);
    return null;
  },
  eval: ({ page, code }) => pages.get(page).evaluate(code),
  async wait({ page, code, timeout }) {
    // Asked from here: the policy of our pages lets nobody evaluate a text inside of them.
    for (const end = Date.now() + timeout; !await pages.get(page).evaluate(code);) {
      if (Date.now() > end) {
        throw new Error("too late");
      }
      await new Promise((resolve) => { setTimeout(resolve, 10); });
    }
    return null;
  },
  click: ({ page, selector }) => pages.get(page).click(selector),
  press: ({ page, key }) => pages.get(page).keyboard.press(key),
  type: ({ page, text }) => pages.get(page).keyboard.type(text),
  go: ({ page, url }) => pages.get(page).goto(url).then(() => null),
  fill: ({ page, selector, text }) => pages.get(page).fill(selector, text),
  offline: ({ page, off }) => pages.get(page).context().setOffline(off),
  file: ({ page, selector, name, content }) => pages.get(page).setInputFiles(selector,
    { name, mimeType: "image/jpeg", buffer: Buffer.from(content, "base64") }),
  pass: ({ page, ms }) => pages.get(page).clock.fastForward(ms),
  run: ({ page, ms }) => pages.get(page).clock.runFor(ms),
  screenshot: ({ page, path, full }) => pages.get(page).screenshot({ path, fullPage: Boolean(full) }).then(() => null),
  resize: ({ page, width, height }) => pages.get(page).setViewportSize({ width, height }),
  problems: ({ page }) => pages.get(page).problems,
  // Time passes in steps: each fires what is due.
  async steps({ page, ms, step }) {
    for (let left = ms; left > 0; left -= step) await pages.get(page).clock.fastForward(Math.min(step, left));
    return null;
  },
  // Asked of the browser: with a clock of its own a page has no performance.memory.
  async heap({ page }) {
    const session = await pages.get(page).context().newCDPSession(pages.get(page));
    await session.send("HeapProfiler.collectGarbage");
    const { usedSize } = await session.send("Runtime.getHeapUsage");
    await session.detach();
    return usedSize;
  },
  // What axe-core finds: rule, impact and the elements.
  async axe({ page }) {
    await pages.get(page).evaluate(require("axe-core").source);
    const found = await pages.get(page).evaluate("axe.run()");
    return found.violations.map((one) => ({ id: one.id, impact: one.impact, help: one.help,
      nodes: one.nodes.map((node) => `${node.html} ${node.failureSummary}`) }));
  },
  async close({ page }) {
    await pages.get(page).context().close();
    pages.delete(page);
    return null;
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { command, ...values } = JSON.parse(line);
  let answer;
  try {
    answer = { value: (await commands[command](values)) ?? null };
  } catch (error) {
    answer = { error: String(error) };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
}
if (browser !== null) {
  await browser.close();
}
