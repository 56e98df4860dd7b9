// What learning platforms and publishing systems leave of an author's HTML: frames, and neither scripts nor elements of
// somebody's own. The platforms are no packages; the sanitiser is one.
import { createRequire } from "node:module";
import { join } from "node:path";
import assert from "node:assert/strict";
import { fromNpm } from "../install.mjs";
import { frameOf, show, tolerated, twoHosts } from "./frames.mjs";
import { ATTRIBUTES } from "../visit.mjs";

const written = (address) => `<p onclick="alert(1)">An agent learns.</p>
<script src="https://example.org/mbppo/element.js"></script><mbppo-lab ${ATTRIBUTES}></mbppo-lab>
${frameOf(address, 'onload="alert(1)"')}`;

/** @type {import("./index.mjs").Kind} */
export default {
  name: "sanitised HTML that keeps frames",
  way: "`embed.html` in a frame from another host",
  needs: "nothing; `sandbox` may be left out",
  imitated: "the platform; what sanitises is sanitize-html 2 with `iframe` allowed",
  async begin() {
    const folder = await fromNpm("sanitised");
    const sanitize = createRequire(join(folder, "package.json"))("sanitize-html");
    const rules = {
      allowedTags: [...sanitize.defaults.allowedTags, "iframe"],
      allowedAttributes: { ...sanitize.defaults.allowedAttributes, iframe: ["src", "title", "width", "height"] },
    };
    return twoHosts((address) => {
      const kept = sanitize(written(address), rules);
      assert.doesNotMatch(kept, /script|mbppo-lab|onclick|onload/);
      return kept;
    });
  },
  show,
  tolerated,
};
