// The words of a page in its language, from the agent's catalogue: Chinese unless ?lang= says
// otherwise. A word the agent does not know shows as its key, so nothing is hidden.
export const language = new URLSearchParams(location.search).get("lang") === "en" ? "en" : "zh";

let words: Record<string, string> = {};

export async function loadWords(): Promise<void> {
  const answer = await fetch(`words.json?lang=${language}`, { cache: "no-cache" });
  words = (await answer.json()) as Record<string, string>;
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
}

export function word(key: string, ...values: (string | number)[]): string {
  return (words[key] || key).replace(/\{(\d)\}/g, (_, at: string) => String(values[Number(at)]));
}
