// Adds oEmbed to a built page: node scripts/oembed.mjs FOLDER URL, where URL is the address that it will have.
//
// For index.html and each page of lessons/ and labs/ it writes oembed/NAME.json, which has the frame to embed, and
// names it in that page, as https://oembed.com says (version 1.0). Done again, it replaces what it did.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runOf } from "../www/js/element/attributes.js";

const PROVIDER = "mbppo";
const CACHE_AGE_S = 86_400;
const LAB = { width: 640, height: 480 };
const WHOLE = { width: 960, height: 640 };
const FEATURES = 'allow="fullscreen; clipboard-write" sandbox="allow-scripts allow-same-origin allow-downloads"';
const LINK = /<link rel="alternate" type="application\/json\+oembed"[^>]*>\n?/g;

const [folder, url] = process.argv.slice(2);

/** The address with a slash at its end. */
function homeOf(text) {
  const allowed = "that of a folder, such as https://example.org/mbppo/";
  const refused = `the public address ${text} is not valid: it must be ${allowed}`;
  if (!URL.canParse(text)) throw new Error(refused);
  const { protocol, origin, pathname, search, hash } = new URL(text);
  if (!/^https?:$/.test(protocol) || search || hash || /\.html?$/.test(pathname)) throw new Error(refused);
  return `${origin}${pathname.replace(/\/*$/, "/")}`;
}

const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
const unescaped = (text) => text.replaceAll("&lt;", "<").replaceAll("&quot;", '"').replaceAll("&amp;", "&");

/** The address below `home` of the frame that shows what the page `path` is about. */
function frameOf(path, html) {
  if (path === "index.html") return "embed.html#autoplay=false";
  if (path.startsWith("lessons/")) return path;
  const [, written] = html.match(/<mbppo-lab ([^>]*)>/) ?? [];
  if (!written) throw new Error(`${path} has no <mbppo-lab>`);
  const attributes = new Map([...written.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, name, text]) => [name, text]));
  const attribute = (name) => (attributes.has(name) ? unescaped(attributes.get(name)) : null);
  const pairs = new URLSearchParams(runOf(attribute));
  for (const name of ["panels", "controls", "theme"]) if (attribute(name)) pairs.set(name, attribute(name));
  return `embed.html#${pairs}`;
}

/** What oEmbed says of a page, and that page with a link to it. */
function described(home, path, html) {
  const [tag, written] = html.match(/<title>([^<]*)<\/title>/) ?? [];
  if (!tag) throw new Error(`${path} has no title`);
  const title = unescaped(written);
  const { width, height } = path.startsWith("labs/") ? LAB : WHOLE;
  const name = path.replace(/\.html$/, "").replace("/", "-");
  const frame =
    `<iframe src="${escaped(home + frameOf(path, html))}" title="${escaped(title)}" ` +
    `width="${width}" height="${height}" loading="lazy" ${FEATURES}></iframe>`;
  const link =
    `<link rel="alternate" type="application/json+oembed" href="${escaped(`${home}oembed/${name}.json`)}" ` +
    `title="${escaped(title)}">\n`;
  const provider = { provider_name: PROVIDER, provider_url: home };
  const answer = {
    version: "1.0",
    type: "rich",
    title,
    ...provider,
    cache_age: CACHE_AGE_S,
    width,
    height,
    html: frame,
  };
  return { name, answer, linked: html.replace(LINK, "").replace(tag, () => link + tag) };
}

const pagesIn = (below) =>
  readdirSync(join(folder, below))
    .filter((name) => name.endsWith(".html"))
    .map((name) => `${below}/${name}`);

try {
  const home = homeOf(url ?? "");
  mkdirSync(join(folder, "oembed"), { recursive: true });
  for (const path of ["index.html", ...pagesIn("lessons"), ...pagesIn("labs")]) {
    const { name, answer, linked } = described(home, path, readFileSync(join(folder, path), "utf8"));
    writeFileSync(join(folder, `oembed/${name}.json`), `${JSON.stringify(answer, null, 1)}\n`);
    writeFileSync(join(folder, path), linked);
  }
} catch (error) {
  console.error(`scripts/oembed.mjs: ${error.message}`);
  process.exit(1);
}
