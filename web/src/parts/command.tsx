// Shell commands to copy, for the server, the account and the region of the page.
import { useState } from "preact/hooks";
import type { ComponentChildren } from "preact";
import { chosenHome } from "../api";
import { shellCommand } from "./shell_command";

const here = () => ({ origin: location.origin, home: chosenHome() });
export const freshet = (words: string) => shellCommand("freshet", words, here());
export const aws = (words: string) => shellCommand("aws", words, here());

export function Command({ text }: { text: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  };
  return (
    <div class="command">
      <pre tabIndex={0}>{text}</pre>
      <button onClick={copy} aria-label={`Copy: ${text}`}>
        {copied ? "Copied" : "Copy"}
      </button>
    </div>
  );
}

/** What an empty page shows: the reason, and a command to type. */
export function Empty({
  title,
  commands,
  children,
  alert,
}: {
  title: string;
  commands: string[];
  children?: ComponentChildren;
  alert?: boolean;
}) {
  return (
    <div class="empty stack">
      <p role={alert ? "alert" : undefined}>
        <b>{title}</b>
      </p>
      {children}
      {commands.map((text) => (
        <Command key={text} text={text} />
      ))}
    </div>
  );
}
