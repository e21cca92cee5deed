// One headless browser for all figures: started when the first is drawn, closed when none has been asked for during
// half a second, so that a script which draws ends by itself.

import type { Browser, Page } from "playwright-core";
import { type BrowserProgram, embeddedBrowser } from "./embedded.js";
import { installedBrowsers } from "./installed.js";
import { type PlotlyBundle, plotlyBundle } from "./plotly.js";

/** Names the program to use in place of an installed or the embedded browser. */
const variable = "ERGODIC_BROWSER";

/** The browser holds the process open, so this is also what a script waits after its last figure. */
const idleMilliseconds = 500;

const args = [
  "--no-sandbox",
  "--no-zygote",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--disable-quic",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-domain-reliability",
  "--no-first-run",
  "--no-default-browser-check",
  "--no-pings",
  "--font-render-hinting=none",
  "--host-resolver-rules=MAP * ~NOTFOUND",
];

/** What a page of the shared browser has loaded: a bundle of Plotly, or nothing. */
type Contents = PlotlyBundle | "nothing";

interface Session {
  readonly browser: Browser;
  readonly pages: Map<Contents, Promise<Page>>;
}

let session: Promise<Session> | undefined;
let queue: Promise<unknown> = Promise.resolve();
let waiting = 0;
let idle: NodeJS.Timeout | undefined;

/** Evaluates an expression in a page in which this bundle of Plotly is loaded. Calls wait for each other. */
export function evaluateWithPlotly<T>(bundle: PlotlyBundle, expression: string): Promise<T> {
  // A string, not a function: build tools put calls of their own helpers into functions, which a page does not have.
  return withPage(bundle, async (page) => (await page.evaluate(expression)) as T);
}

/** The body of an HTML page printed as one PDF page of this size in CSS pixels. Calls wait for each other. */
export function printBody(body: string, width: number, height: number): Promise<Uint8Array> {
  const style = "html, body { margin: 0; height: 100%; overflow: hidden; } svg { display: block; }";
  return withPage("nothing", async (page) => {
    await page.setContent(`<!DOCTYPE html><html><head><style>${style}</style></head><body>${body}</body></html>`);
    return page.pdf({ width: `${width}px`, height: `${height}px`, printBackground: true, pageRanges: "1" });
  });
}

function withPage<T>(contents: Contents, use: (page: Page) => Promise<T>): Promise<T> {
  waiting++;
  clearTimeout(idle);
  const result = queue.then(async () => {
    try {
      return await use(await pageWith(contents));
    } catch (error) {
      // Whatever the page is in now, the next figure shall not meet it.
      await closeBrowser();
      throw error;
    } finally {
      waiting--;
      if (waiting === 0) idle = setTimeout(() => void closeBrowser(), idleMilliseconds);
    }
  });
  queue = result.catch(() => undefined);
  return result;
}

/** Closes the shared browser now; the next figure starts another. Does nothing where none runs. */
export async function closeBrowser(): Promise<void> {
  clearTimeout(idle);
  const closing = session;
  session = undefined;
  if (closing === undefined) return;
  const open = await closing.catch(() => undefined);
  await open?.browser.close().catch(() => undefined);
}

/**
 * Starts a browser that reaches nothing outside: the one named by ERGODIC_BROWSER, else an installed one, else the
 * embedded one. The caller closes it. Throws an Error that says what was tried and what to do.
 */
export async function launchBrowser(): Promise<Browser> {
  const { chromium } = await import("playwright-core");
  const tried: string[] = [];
  for (const find of programs()) {
    try {
      const { executablePath, env } = await find();
      const environment = Object.entries({ ...process.env, ...env }).filter(([, value]) => value !== undefined);
      return await chromium.launch({
        executablePath,
        args,
        headless: true,
        chromiumSandbox: false,
        env: Object.fromEntries(environment) as Record<string, string>,
        // Signals belong to whoever runs us: in a notebook an interrupt ends a cell, not the kernel.
        handleSIGINT: false,
        handleSIGTERM: false,
        handleSIGHUP: false,
      });
    } catch (error) {
      tried.push((error as Error).message.split("\n", 1)[0]);
    }
  }
  throw new Error(
    `drawing a PNG, SVG or PDF needs a browser, and none could be started (${tried.join("; ")}). ` +
      `Set ${variable} to the path of a Chrome, Chromium or Edge, or save as .html, which needs none.`,
  );
}

function programs(): (() => Promise<BrowserProgram>)[] {
  const own = process.env[variable];
  if (own !== undefined && own !== "") return [async () => ({ executablePath: own, env: {} })];
  return [...installedBrowsers().map((executablePath) => async () => ({ executablePath, env: {} })), embeddedBrowser];
}

function openSession(): Promise<Session> {
  const opening = launchBrowser().then((browser) => {
    // A browser that died is forgotten, but not in favour of one that has taken its place.
    browser.on("disconnected", () => {
      if (session === opening) session = undefined;
    });
    return { browser, pages: new Map() };
  });
  return opening;
}

async function pageWith(contents: Contents): Promise<Page> {
  session ??= openSession();
  const { browser, pages } = await session;
  let page = pages.get(contents);
  if (page === undefined) {
    page = openPage(browser, contents);
    pages.set(contents, page);
  }
  return page;
}

async function openPage(browser: Browser, contents: Contents): Promise<Page> {
  const context = await browser.newContext({ offline: true, serviceWorkers: "block" });
  await context.route(
    () => true,
    (route) => (/^(about|data|blob):/.test(route.request().url()) ? route.continue() : route.abort()),
  );
  const page = await context.newPage();
  await page.setContent("<!DOCTYPE html><html><body></body></html>");
  if (contents !== "nothing") await page.addScriptTag({ content: await plotlyBundle(contents) });
  return page;
}
