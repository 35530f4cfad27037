/** The page's sentences in the user's language: English, unless the editor gave translations. */

let translations: Readonly<Record<string, string>> = {};

/** Take translations by their English sentences; what is missing stays English. */
export function learn(words: Readonly<Record<string, string>>): void {
  translations = words;
}

/** A sentence with `{0}`, `{1}` filled in. */
export function t(sentence: string, ...values: (string | number)[]): string {
  const found = Object.hasOwn(translations, sentence) ? (translations[sentence] ?? sentence) : sentence;
  return found.replace(/\{(\d)\}/g, (whole, place: string) => String(values[Number(place)] ?? whole));
}

/** Seconds as people read them: `0.4 ms`, `310 ms`, `2.4 s`. */
export function duration(seconds: number): string {
  if (seconds >= 1) {
    return `${seconds.toFixed(1)} s`;
  }
  const milliseconds = 1000 * seconds;
  return `${milliseconds >= 10 || milliseconds < 0.05 ? milliseconds.toFixed(0) : milliseconds.toFixed(1)} ms`;
}

/** The time of day of seconds since the epoch. */
export function clock(seconds: number): string {
  return new Date(1000 * seconds).toLocaleTimeString(document.documentElement.lang || undefined);
}

/** What was asked for, in words. */
export function kindName(kind: string): string {
  switch (kind) {
    case "inline":
    case "complete":
      return t("Grey text");
    case "implement":
      return t("Implement");
    case "fix":
      return t("Fix");
    case "edit":
      return t("Edit");
    case "test":
      return t("Write tests");
    case "types":
      return t("Add types");
    case "document":
      return t("Add a docstring");
    case "refactor":
      return t("Refactor");
    case "generate":
      return t("Generate");
    default:
      return kind;
  }
}

/** How an attempt came about, in words. */
export function attemptName(kind: string): string {
  switch (kind) {
    case "existing code":
      return t("the code as it is");
    case "first draft":
      return t("first draft");
    case "repair":
      return t("repair");
    case "fresh draft":
      return t("fresh draft");
    case "one line anew":
      return t("one line anew");
    case "small change":
      return t("small change");
    default:
      return kind;
  }
}
