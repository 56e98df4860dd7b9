// A policy alone: saved, opened, played without training, trained on, and carried in an address.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { eventually, faultsOf, launch, until } from "./support/browser.mjs";

const RUN = "?task=CartPole-v1&preset=ppo&seed=3&device=cpu&autoplay=false&hidden_size=32";
const OTHER = "?task=Pendulum-v1&preset=ddpg&seed=5&device=cpu&speed=fast";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

const iterations = (page, count) =>
  page.evaluate(async (times) => {
    for (let time = 0; time < times; time += 1) await mbppo.step("iteration");
  }, count);
const openPanel = (page) => page.evaluate(() => lab.querySelector("[data-is=files]").setAttribute("open", ""));
const press = (page, name) => page.locator(`[data-is=${name}]`).click();
const said = (page) => page.locator("[data-is=files-said]").first().textContent();

async function download(page, name) {
  await openPanel(page);
  const [file] = await Promise.all([page.waitForEvent("download"), press(page, name)]);
  return readFile(await file.path());
}
const pick = (page, name, buffer) =>
  page.locator("[data-is=files-open]").setInputFiles([{ name, mimeType: "application/octet-stream", buffer }]);

test("a policy is a small file, plays where it is opened unchanged, and learning goes on from it", async () => {
  const page = await browser.open(RUN);
  await iterations(page, 3);
  const [run, policy] = [await download(page, "files-run"), await download(page, "files-policy")];
  assert.ok(policy.length < run.length / 5, `${policy.length} of ${run.length} bytes`);
  await page.leave();

  const other = await browser.open(`${OTHER}&autoplay=false`);
  await openPanel(other);
  await pick(other, "policy.safetensors", policy);
  const played = () => other.evaluate(() => mbppo.settings.task === "CartPole-v1" && mbppo.snapshot?.only_plays);
  await eventually(other, played, "the policy");
  assert.match(await said(other), /policy\.safetensors is open/);
  await iterations(other, 2);
  assert.equal(
    (await other.evaluate(() => mbppo.snapshot)).narration,
    "It plays what it has learned, and learns nothing.",
  );
  const weights = (file) => file.subarray(8 + Number(file.readBigUInt64LE(0)));
  assert.deepEqual(weights(await download(other, "files-policy")), weights(policy));

  await press(other, "files-learns");
  await until(other, (s) => s.only_plays === false && s.iteration === 2);
  await iterations(other, 1);
  assert.notDeepEqual(weights(await download(other, "files-policy")), weights(policy));
  assert.deepEqual(await faultsOf(other), []);
  await other.leave();
});

test("an address carries the trained policy, which plays from the first frame; a damaged one is said", async () => {
  const page = await browser.open(RUN);
  await press(page, "share");
  await page.locator("[data-is=share-policy]").click();
  const done = () => page.locator("[data-is=share-done]").textContent();
  await eventually(
    page,
    async () => /Nothing has been learned before/.test(await done()),
    "why there is no policy yet",
  );
  await page.keyboard.press("Escape");
  await iterations(page, 3);
  await press(page, "share");
  await page.locator("[data-is=share-policy]").click();
  const shared = () => page.locator("[data-is=share-address]").inputValue();
  await eventually(page, async () => (await shared()).includes("policy="), "an address with the policy");
  const address = await shared();
  assert.match(address, /#.*policy=[\w-]{1000,4000}$/);
  await page.leave();

  const visit = async (href) => {
    const guest = await browser.open(href.slice(browser.home.length).replace("autoplay=false", "autoplay=true"));
    await guest.waitForFunction(() => globalThis.mbppo?.settings);
    return guest;
  };
  const guest = await visit(address);
  await until(guest, (s) => s.only_plays && s.real_steps > 0);
  assert.deepEqual(await guest.evaluate(() => [mbppo.settings.task, mbppo.settings.config.hidden_size]), [
    "CartPole-v1",
    "32",
  ]);
  assert.deepEqual(await faultsOf(guest), []);
  await guest.leave();

  for (const damaged of [address.slice(0, -5), address.replace(/policy=.{20}/, "policy="), `${address}§`]) {
    const unlucky = await visit(damaged);
    const notes = unlucky.locator("[data-is=notes]");
    const isSaid = async () =>
      /The policy's text = .* is not valid: .*A new run has begun/.test(await notes.textContent());
    await eventually(unlucky, isSaid, "what is wrong with the policy");
    const fresh = await until(unlucky, (s) => s.real_steps > 0);
    assert.equal(fresh.only_plays, false);
    assert.deepEqual(await faultsOf(unlucky), []);
    await unlucky.leave();
  }
});

test("a policy that nothing can learn on from says so, and goes on playing", async () => {
  const page = await browser.open(`${OTHER}&autoplay=false&learning_starts=20&hidden_size=8`);
  await iterations(page, 1);
  const policy = await download(page, "files-policy");
  await pick(page, "policy.safetensors", policy);
  await until(page, (s) => s.only_plays);
  await iterations(page, 1);
  await press(page, "files-learns");
  await eventually(page, async () => /learned from critics/.test(await said(page)), "why it cannot");
  assert.equal((await page.evaluate(() => mbppo.snapshot)).only_plays, true);
  const damaged = Buffer.from(policy.toString("latin1").replace('\\"policy\\":1', '\\"policy\\":8'), "latin1");
  await pick(page, "other.safetensors", damaged);
  const note = page.locator("[data-is=notes]");
  await eventually(
    page,
    async () => /The policy's policy = 8 is not valid/.test(await note.textContent()),
    "the reason",
  );
  assert.deepEqual(await faultsOf(page), []);
  await page.leave();
});
