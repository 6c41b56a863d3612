// Arguments of a run of a job as a person types them. Knows no page.

/** "--name value" a line; a text says what is wrong. */
export function argumentsOf(text: string): Record<string, string> | string {
  const all: Record<string, string> = {};
  for (const line of text.split("\n")) {
    if (!line.trim()) continue;
    const found = /^\s*(--[^\s=]+)(?:[\s=]+(.*?))?\s*$/.exec(line);
    if (!found) return `"${line.trim()}" is not of the form --name value.`;
    if (found[1] in all) return `${found[1]} is there twice.`;
    all[found[1]] = found[2] ?? "";
  }
  return all;
}
