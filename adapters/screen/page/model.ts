// What the agent says to show: the JSON of /items.json (adapters/screen/README.md).
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
  items: Item[];
}

// Ended ones go by our own clock, whether the agent answers or not.
export function current(items: Item[], now: number): Item[] {
  return items.filter((item) => item.until === 0 || item.until > now);
}
