// The peers' packages are installed only where they are timed (benches/web/package.json), so their types are not known.
declare module "@jax-js/jax";
