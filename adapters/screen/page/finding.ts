// Finding things offline: every word asked for must be in the title, its initials, the keywords, the
// issuer or the text; what stands in the title comes first.
export interface Findable {
  title: string;
  initials: string;
  keywords: string[];
  issuer: string;
  summary?: string;
  text: string;
}

function weight(one: Findable, asked: string): number {
  if (one.title.toLowerCase().includes(asked)) {
    return 8;
  }
  if (/^[a-z0-9]+$/.test(asked) && one.initials.includes(asked)) {
    return one.initials.startsWith(asked) ? 7 : 6;
  }
  if (one.keywords.some((keyword) => keyword.toLowerCase().includes(asked))) {
    return 5;
  }
  if (one.issuer.toLowerCase().includes(asked)) {
    return 4;
  }
  if ((one.summary || "").toLowerCase().includes(asked)) {
    return 3;
  }
  return one.text.toLowerCase().includes(asked) ? 1 : 0;
}

export function find<One extends Findable>(all: One[], query: string): One[] {
  const asked = query.toLowerCase().split(/[\s,，、]+/).filter((one) => one !== "");
  const found: { one: One; sum: number; at: number }[] = [];
  all.forEach((one, at) => {
    const weights = asked.map((each) => weight(one, each));
    if (weights.length > 0 && weights.every((each) => each > 0)) {
      found.push({ one, at, sum: weights.reduce((a, b) => a + b, 0) });
    }
  });
  found.sort((a, b) => b.sum - a.sum || a.at - b.at);
  return found.map((each) => each.one);
}
