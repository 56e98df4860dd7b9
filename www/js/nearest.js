// The nearest valid run to the one requested. Pure.

/**
 * Leaves out of `settings` what the program refuses: {settings, notes}, with a sentence for each thing left out.
 * `check(settings)` gives the error, with the `field` that is to blame, or null.
 */
export function nearestRun(settings, check) {
  const notes = [];
  let wish = settings;
  for (let error; (error = check(wish)); ) {
    const rest = without(wish, error.field);
    if (!rest) return fewest(wish, check, notes);
    notes.push(`${error.message} It runs without it.`);
    wish = rest;
  }
  return { settings: wish, notes };
}

/** The settings without the hyperparameter or the physics of this name; null if it is not theirs. */
function without(settings, field) {
  for (const [place, name] of [
    ["config", field],
    ["physics", field?.replace(/^physics\./, "")],
  ]) {
    if (name === null || name === undefined || !Object.hasOwn(settings[place], name)) continue;
    const { [name]: refused, ...rest } = settings[place];
    return { ...settings, [place]: rest };
  }
  return null;
}

/** Where what is refused is a consequence: takes everything in that can be, one by one, as often as that helps. */
function fewest(settings, check, notes) {
  let wish = { ...settings, config: {}, physics: {} };
  const base = check(wish);
  if (base) throw base;
  let left = [
    ...Object.entries(settings.config).map((entry) => ["config", ...entry]),
    ...Object.entries(settings.physics).map((entry) => ["physics", ...entry]),
  ];
  for (let before = Infinity; left.length < before; ) {
    before = left.length;
    left = left.filter(([place, name, text]) => {
      const more = { ...wish, [place]: { ...wish[place], [name]: text } };
      if (check(more)) return true;
      wish = more;
      return false;
    });
  }
  const said = left.map(
    ([place, name, text]) =>
      `${check({ ...wish, [place]: { ...wish[place], [name]: text } })?.message} It runs without ${name} = ${text}.`,
  );
  return { settings: wish, notes: [...notes, ...said] };
}
