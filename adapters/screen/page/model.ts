// What the agent says to show: the JSON of /items.json (adapters/screen/README.md).
import { Lease } from "./lease";

export interface Fact {
  name: string;
  value: string;
}

export interface Item {
  key: string;
  kind: string;
  label: string;
  title: string;
  summary?: string;
  issuer: string;
  date: string;
  urgent: boolean;
  test: boolean;
  until: number;
  lease_ms?: number;
  ms: number;
  facts: Fact[];
  elements?: Fact[];
  question?: string;
  answer?: string;
  html?: string;
  qr?: string;
}

export interface Programme {
  screen: string;
  takeover: boolean;
  dark?: number;
  items: Item[];
}

// Ended ones go by our own clock, whether the agent answers or not.
export function current<Kind extends { until: number; lease_ms?: number }>(items: Kind[], now: number, lease: Lease): Kind[] {
  return items.filter((item) => (item.until === 0 || item.until > now) && !lease.over(item.lease_ms));
}
