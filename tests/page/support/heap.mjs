// What a page holds in memory, after the browser has collected all that nobody needs.

/**
 * {heap, nodes, documents, listeners, memories}: bytes of JavaScript, and how many there are of the others; `memories`
 * are those of wasm programs on the page's own thread.
 */
export async function countsOf(page) {
  const session = await page.context().newCDPSession(page);
  for (let turn = 0; turn < 3; turn += 1) {
    await page.waitForTimeout(300); // what is under way when a lab ends
    await session.send("HeapProfiler.collectGarbage");
  }
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  const { nodes, documents, jsEventListeners } = await session.send("Memory.getDOMCounters");
  const memories = await instancesOf(session, "WebAssembly.Memory.prototype");
  await session.detach();
  return { heap: usedSize, nodes, documents, listeners: jsEventListeners, memories };
}

async function instancesOf(session, prototype) {
  const group = "counted";
  const { result } = await session.send("Runtime.evaluate", { expression: prototype, objectGroup: group });
  const { objects } = await session.send("Runtime.queryObjects", {
    prototypeObjectId: result.objectId,
    objectGroup: group,
  });
  const { result: length } = await session.send("Runtime.callFunctionOn", {
    objectId: objects.objectId,
    functionDeclaration: "function () { return this.length; }",
  });
  await session.send("Runtime.releaseObjectGroup", { objectGroup: group });
  return length.value;
}
