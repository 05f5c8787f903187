// Text that does not fit the stage is laid out in pages side by side and shown one after the other;
// nothing is cut. The agent says how long the whole takes; each page gets its share.
const secondsMin = 5;

// Smaller type where that puts everything on one page, and for long texts; never below what is read
// from three metres.
const sizes = [1, 0.92, 0.85, 0.78];
const sizeOfLongText = 0.82;

export class Pages {
  readonly count: number;
  private readonly flow: HTMLElement;
  private readonly step: number;
  private readonly ms: number;

  constructor(box: HTMLElement, flow: HTMLElement, ms: number) {
    this.flow = flow;
    this.ms = ms;
    flow.style.setProperty("--picture", `${Math.round(box.clientHeight * 0.8)}px`);
    const gap = parseFloat(getComputedStyle(flow).columnGap) || 0;
    this.step = box.clientWidth + gap;
    const pagesAt = (size: number): number => {
      flow.style.setProperty("--fit", String(size));
      return Math.max(1, Math.ceil((flow.scrollWidth + gap) / this.step - 0.01));
    };
    const size = sizes.find((one) => pagesAt(one) === 1);
    this.count = pagesAt(size === undefined ? sizeOfLongText : size);
  }

  show(page: number): void {
    this.flow.style.transform = `translateX(${-page * this.step}px)`;
  }

  seconds(): number {
    return Math.max(secondsMin, Math.round(this.ms / this.count / 1000));
  }
}
