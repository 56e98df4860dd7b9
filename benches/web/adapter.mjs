/** Runs in a page: what its adapter calls itself, such as "google swiftshader"; null where there is none. */
export async function nameOfAdapter() {
  const { info } = (await navigator.gpu?.requestAdapter({ powerPreference: "high-performance" })) ?? {};
  return info ? [info.vendor, info.architecture, info.device, info.description].filter(Boolean).join(" ") : null;
}
