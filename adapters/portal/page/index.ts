// The index of the site as its chunks carry it, and the questions asked of it. Pure: no page, no net.

export interface Entry {
  url: string;
  title: string;
  summary?: string;
  doc_no?: string;
  index_no?: string;
  issuer?: string;
  column: string;
  column_name: string;
  subject?: string;
  year: string;
  written_on?: string;
  published_on: string;
  validity?: string;
  validity_name?: string;
  expires?: number;
  register?: boolean; // stands in the catalogue of disclosed information
}

export interface Hit {
  entry: Entry;
  score: number;
}

// Full-width digits and letters, brackets and case make no difference: 〔2026〕 is found by [2026].
export function plain(text: string): string {
  return text.normalize("NFKC").toLowerCase().replace(/[〔【\[(]/g, "(").replace(/[〕】\])]/g, ")");
}

export function wordsOf(query: string): string[] {
  return plain(query).split(/\s+/).filter((word) => word !== "");
}

// Every word must be somewhere; a title counts more than a number, a number more than a summary.
export function scoreOf(entry: Entry, words: string[]): number {
  const title = plain(entry.title);
  const numbers = plain((entry.doc_no || "") + " " + (entry.index_no || ""));
  const summary = plain(entry.summary || "");
  let score = 0;
  for (const word of words) {
    const found = (title.includes(word) ? 4 : 0) + (numbers.includes(word) ? 3 : 0) + (summary.includes(word) ? 1 : 0);
    if (found === 0) {
      return 0;
    }
    score += found;
  }
  return score;
}

// Newest first; of one minute as they came.
export function later(a: Entry, b: Entry): number {
  return a.published_on < b.published_on ? 1 : a.published_on > b.published_on ? -1 : 0;
}

export function search(entries: Entry[], query: string, column: string, now: number): Hit[] {
  const words = wordsOf(query);
  const hits: Hit[] = [];
  for (const entry of words.length === 0 ? [] : entries) {
    const shown = (column === "" || entry.column === column) && (!entry.expires || entry.expires > now);
    const score = shown ? scoreOf(entry, words) : 0;
    if (score > 0) {
      hits.push({ entry, score });
    }
  }
  return hits.sort((a, b) => b.score - a.score || later(a.entry, b.entry));
}

export interface Filter {
  subject: string;
  year: string;
  issuer: string;
  validity: string;
}

export function fits(entry: Entry, filter: Filter, now: number): boolean {
  return (
    entry.register === true &&
    (!entry.expires || entry.expires > now) &&
    (filter.subject === "" || entry.subject === filter.subject) &&
    (filter.year === "" || entry.year === filter.year) &&
    (filter.issuer === "" || entry.issuer === filter.issuer) &&
    (filter.validity === "" || entry.validity === filter.validity)
  );
}

// The text in pieces, those to be marked at odd places. Works on the text as shown: what plain()
// changes in length is not marked.
export function marked(text: string, words: string[]): string[] {
  const low = plain(text);
  if (low.length !== text.length || words.length === 0) {
    return [text];
  }
  const pieces: string[] = [];
  let from = 0;
  while (from < text.length) {
    let at = -1;
    let length = 0;
    for (const word of words) {
      const found = low.indexOf(word, from);
      if (found >= 0 && (at < 0 || found < at || (found === at && word.length > length))) {
        at = found;
        length = word.length;
      }
    }
    if (at < 0) {
      break;
    }
    pieces.push(text.slice(from, at), text.slice(at, at + length));
    from = at + length;
  }
  pieces.push(text.slice(from));
  return pieces;
}
