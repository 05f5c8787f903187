// The wall clock of China, whatever the device believes about its place; night from 19 to 7 o'clock.
import { byId } from "./build";
import { language } from "./words";

// Times are moved to the wall clock of China by hand, so they are formatted as they stand.
const dayFormat = new Intl.DateTimeFormat(language === "zh" ? "zh-CN" : "en-GB", {
  timeZone: "UTC", year: "numeric", month: "long", day: "numeric", weekday: "long",
});

function two(value: number): string {
  return String(value).padStart(2, "0");
}

export class Clock {
  start(): void {
    this.show();
    window.setInterval(() => this.show(), 1000);
  }

  private show(): void {
    const now = new Date(Date.now() + 8 * 3600 * 1000);
    const hour = now.getUTCHours();
    byId("time").textContent = `${two(hour)}:${two(now.getUTCMinutes())}`;
    byId("day").textContent = dayFormat.format(now);
    document.body.classList.toggle("night", hour < 7 || hour >= 19);
  }
}
