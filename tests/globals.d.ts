// What a page puts into its own window, for code that a test runs there.
declare var mbppo: any;
declare var lab: any;
declare var bench: any;
declare var violations: string[];
// What a test asks of an element that it knows by its selector.
interface Element {
  dataset: any;
  selectedIndex: any;
  options: any;
  inputMode: any;
  name: any;
  type: any;
  checked: any;
  open: any;
  disabled: any;
  value: any;
  width: any;
  height: any;
  click(): void;
  getContext(kind: string): any;
}
/** The <mbppo-lab> that a test has put into a page. */
declare var lab1: any;
