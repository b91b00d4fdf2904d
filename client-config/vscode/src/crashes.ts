// How often a server that ends by itself is started again.

export const MOST = 5;
export const WITHIN = 3 * 60 * 1000;

/** Counts restarts: at most five within three minutes. */
export class Crashes {
  private restarts: number[] = [];

  /** Whether to start the server again, now that it has ended. `now` in milliseconds. */
  again(now: number): boolean {
    this.restarts = this.restarts.filter((then) => now - then < WITHIN);
    if (this.restarts.length >= MOST) {
      return false;
    }
    this.restarts.push(now);
    return true;
  }

  /** The user starts it: what was before does not count. */
  forget(): void {
    this.restarts = [];
  }
}
