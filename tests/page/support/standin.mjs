// A stand-in for the WebGPU build: the CPU's program under its name, so that hand-overs and failures can be seen
// without a graphics device. Its clock runs `pace` times as fast as the real one, which makes its iterations look as
// much longer.

/** For serve.mjs: what the WebGPU build's script is instead. */
export const standIn = (pace) => (name, body) =>
  /mbppo-webgpu-[^/]*\.js$/.test(name) ? `${body}\n${PATCH.replace("PACE", pace)}` : body;

const PATCH = `
{
  const now = performance.now.bind(performance);
  performance.now = () => PACE * now();
  const { create, resume } = Session;
  const device = () => ({ kind: "webgpu", name: "WebGPU (stand-in)", sentence: "" });
  const renamed = (session) => Object.assign(session, { device });
  Session.create = async (wish) => renamed(await create.call(Session, { ...wish, device: "cpu" }));
  Session.resume = async (bytes, device) => {
    if (globalThis.refuse) {
      const words = "The device failed while opening WebGPU: none today.";
      throw Object.assign(new Error(words), { name: "MbppoError", kind: "device" });
    }
    return renamed(await resume.call(Session, bytes, "cpu"));
  };
}`;

/** For a page's `before`: a graphics device that calls itself a real one. */
export const realAdapter = () =>
  Object.defineProperty(navigator, "gpu", {
    value: {
      requestAdapter: async () => ({
        features: new Set(["timestamp-query"]),
        info: { vendor: "acme", architecture: "one", isFallbackAdapter: false },
      }),
    },
  });
