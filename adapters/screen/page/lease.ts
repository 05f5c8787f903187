// How long ago the broker confirmed what is shown: the agent says so with every answer, and while it
// is away the page counts on, by the clock that never steps and by the calendar, whichever is more.
export class Lease {
  private usedMs = Infinity;
  private tick = 0;
  private date = 0;
  private asOf = "";

  take(headers: Headers): void {
    const used = headers.get("Gulou-Confirmed-Ms");
    this.usedMs = used === null ? Infinity : Number(used);
    this.tick = performance.now();
    this.date = Date.now();
    this.asOf = headers.get("Gulou-Confirmed") || this.asOf;
  }

  over(leaseMs: number | undefined): boolean {
    if (leaseMs === undefined) {
      return false;
    }
    return this.usedMs + Math.max(performance.now() - this.tick, Date.now() - this.date) >= leaseMs;
  }

  // When that was, for people; empty: never.
  confirmed(): string {
    return this.asOf;
  }
}
