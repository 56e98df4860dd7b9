// Passes the learner's reports on when the page paints, and not in between: all that they change on the page is laid
// out and painted once, together with the picture.

/** `pass(report)` makes a report the page's state. Gives {take(report), flush()}: `flush` passes on what has come. */
export function createDelivery(pass) {
  let waiting = [];
  return {
    take: (report) => {
      waiting.push(report);
    },
    flush() {
      const now = waiting;
      waiting = [];
      for (const report of now) pass(report);
    },
  };
}
