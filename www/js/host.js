// A classic script, not a module: it runs where modules do not, and says in a sentence what is missing. index.html
// holds the same advice for hosts where not even this script loads; the page's first module removes both.
"use strict";

(() => {
  const help = document.querySelector("[data-is=help]");
  const words = document.querySelector("[data-is=help-words]");
  /** What a server may call JavaScript. */
  const TYPES = /^(text|application)\/(x-)?(java|ecma)script$/;
  const refused = []; // addresses of scripts that did not load
  /** @type {string[]} */
  const blocked = []; // what a content security policy refused

  document.addEventListener(
    "error",
    ({ target }) => {
      const address =
        target instanceof HTMLScriptElement ? target.src : target instanceof HTMLLinkElement ? target.href : "";
      if (address.endsWith(".js")) refused.push(address);
      if (target instanceof HTMLScriptElement) look();
    },
    true,
  );
  document.addEventListener("securitypolicyviolation", ({ effectiveDirective }) => blocked.push(effectiveDirective));
  addEventListener("load", look); // the modules of the page have run by then, or never will

  async function look() {
    if (!help?.isConnected) return;
    const sentence = await lacking();
    if (!help.isConnected) return;
    if (words) words.textContent = sentence;
    help.classList.add("known");
    document.querySelector("main")?.shadowRoot?.querySelector("[data-is=loading]")?.setAttribute("hidden", "");
  }

  async function lacking() {
    if (location.protocol === "file:") {
      return (
        "It was opened as a file, and browsers load modules from web servers only. Serve the folder instead, " +
        "for example by “python3 -m http.server” in it, and open http://localhost:8000."
      );
    }
    const scripts = [...document.querySelectorAll("script")]
      .filter(({ type, src }) => type === "module" && src)
      .map(({ src }) => src);
    const preloads = [...document.querySelectorAll("link")]
      .filter(({ rel }) => rel === "modulepreload")
      .map(({ href }) => href);
    const addresses = new Set([...refused, ...scripts, ...preloads]);
    const found = await Promise.all([...addresses].map(wrong));
    const sentence = found.find((each) => each !== null);
    if (sentence) return sentence;
    if (self.origin === "null") {
      return (
        "It is in a sandboxed frame without “allow-same-origin”, so its own server counts as another origin. " +
        "Add that token to the frame's sandbox attribute, or have the server send " +
        "“access-control-allow-origin: *”."
      );
    }
    if (blocked.some((directive) => directive.startsWith("script-src"))) {
      return (
        "A content security policy of its host refuses its scripts: script-src must allow 'self' and " +
        "'wasm-unsafe-eval'."
      );
    }
    return (
      "This browser is too old for the page's modules. Any version since 2023 runs them (Chrome, Edge, Firefox, " +
      "Safari)."
    );
  }

  /**
   * What is wrong with the answer for one script: a sentence, or null.
   * @param {string} address
   */
  async function wrong(address) {
    const name = address.slice(address.lastIndexOf("/") + 1);
    let answer;
    try {
      answer = await fetch(address, { cache: "no-store" });
    } catch {
      return self.origin === "null"
        ? null
        : `${name} could not be loaded: a network, a blocker or a policy of the host is in the way.`;
    }
    if (!answer.ok)
      return `${name} could not be loaded: the server answered ${answer.status}. Put the whole folder on the server.`;
    const type = (answer.headers.get("content-type") ?? "").split(";")[0].trim().toLowerCase();
    if (TYPES.test(type)) return null;
    return (
      `The server sends ${name} as “${type || "no type"}”, and browsers run modules only as “text/javascript”. ` +
      "Set that type for .js files."
    );
  }
})();
