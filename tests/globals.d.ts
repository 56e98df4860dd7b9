// What a page puts into its own window, for code that a test runs there.
declare var mbppo: any;
declare var bench: any;
declare var violations: string[];
