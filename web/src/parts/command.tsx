// Commands to copy: in the words of the shell, for the server that shows the page.
import { useState } from 'preact/hooks';
import type { ComponentChildren } from 'preact';

const usual = 'http://127.0.0.1:4566';

/** Behind a `freshet` command, when the server is not where the command looks by itself. */
export const endpoint = () => (location.origin === usual ? '' : ` --endpoint ${location.origin}`);
/** Behind `aws`, which knows no Freshet by itself. */
export const awsEndpoint = () => ` --endpoint-url ${location.origin}`;

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
      <button onClick={copy} aria-label={`Copy: ${text}`}>{copied ? 'Copied' : 'Copy'}</button>
    </div>
  );
}

/** What a page without anything to show says: why, and what to type. */
export function Empty({ title, commands, children, alert }: { title: string; commands: string[]; children?: ComponentChildren; alert?: boolean }) {
  return (
    <div class="empty stack">
      <p role={alert ? 'alert' : undefined}><b>{title}</b></p>
      {children}
      {commands.map((text) => <Command key={text} text={text} />)}
    </div>
  );
}
