// Receipts that agree, taken together: of each configuration one curve, its median over the seeds and how sure that
// median is. Pure.

/** Steps at which a curve is summed up: as many as a picture of this size tells apart. */
const MOST_STEPS = 24;

/**
 * Receipts (objects) of one task and one configuration in a group, the largest first:
 * [{task, title, receipts, repeated}]. Of several with one seed the longest counts; `repeated` says how many do not.
 */
export function groupsOf(receipts) {
  const groups = new Map();
  for (const receipt of receipts) {
    const { task, config, physics, seed } = receipt;
    const key = JSON.stringify([task, Object.entries(config).sort(), Object.entries(physics).sort()]);
    const group = groups.get(key) ?? { task, config, seeds: new Map(), repeated: 0 };
    groups.set(key, group);
    const known = group.seeds.get(seed);
    if (known) group.repeated += 1;
    if (!known || known.real_steps < receipt.real_steps) group.seeds.set(seed, receipt);
  }
  const all = [...groups.values()].map(({ seeds, ...group }) => ({ ...group, receipts: [...seeds.values()] }));
  all.sort((one, other) => other.receipts.length - one.receipts.length);
  return all.map(({ config, ...group }) => ({ ...group, title: titleOf(group.task, config, all) }));
}

/** A task with what this configuration has otherwise than the first group of the same task. */
function titleOf(task, config, all) {
  const first = all.find((group) => group.task === task).config;
  const differing = Object.keys(config).filter((name) => config[name] !== first[name]);
  return [task, ...differing.map((name) => `${name} = ${config[name]}`)].join(", ");
}

/**
 * Where a group can be summed up, from where every seed has been evaluated to where the shortest ends:
 * [{steps, values}], a value a seed: what its latest evaluation up to there said.
 */
export function stepsOf(receipts) {
  const curves = receipts.map(({ evaluations }) => evaluations).filter((points) => points.length > 0);
  if (curves.length === 0) return [];
  const from = Math.max(...curves.map((points) => points[0].real_steps));
  const to = Math.min(...curves.map((points) => points.at(-1).real_steps));
  const steps = curves.flatMap((points) => points.map((point) => point.real_steps));
  const all = [...new Set(steps)].filter((step) => from <= step && step <= to).sort((one, other) => one - other);
  const every = Math.max(1, Math.ceil(all.length / MOST_STEPS));
  return all
    .filter((_, index) => (all.length - 1 - index) % every === 0)
    .map((step) => ({
      steps: step,
      values: curves.map((points) => points.findLast((point) => point.real_steps <= step).value),
    }));
}

/**
 * What receipts say together. `verdicts`: [{name, verdict}] of all that were opened; `rows`: [{steps, median,
 * interval}] of this group.
 */
export function groupWords({ receipts, repeated }, rows) {
  const last = rows.at(-1);
  const seeds = `${receipts.length} seeds`;
  const again = repeated > 0 ? ` ${repeated} more repeat a seed and are left out.` : "";
  if (!last) return `${seeds}: at no step has each of them been evaluated.${again}`;
  const sure = last.interval.map(short).join(" to ");
  return `${seeds}, median after ${short(last.steps)} real steps ${short(last.median)}, 95 % interval ${sure}.${again}`;
}

/** How all that were opened stand: who does not agree is named. */
export function standingWords(verdicts) {
  const of = (kind) => verdicts.filter(({ verdict }) => verdict === kind);
  const names = (kind) =>
    of(kind)
      .map(({ name }) => name)
      .join(", ");
  const sentences = [`${of("agrees").length} of ${verdicts.length} receipts agree in every bit.`];
  if (of("differs").length > 0) sentences.push(`Not what they claim, and left out: ${names("differs")}.`);
  if (of("undecided").length > 0) sentences.push(`Not to be verified here, and left out: ${names("undecided")}.`);
  if (of("refused").length > 0) sentences.push(`No receipts: ${names("refused")}.`);
  if (of("waits").length > 0) sentences.push(`${of("waits").length} are still waiting.`);
  return sentences.join(" ");
}

const short = (value) => String(Math.round(value * 100) / 100);
