// A modal dialog with a form: it opens with its component, and the focus returns to its opener.
import { useLayoutEffect, useRef } from "preact/hooks";
import type { ComponentChildren } from "preact";

export function FormDialog({
  id,
  title,
  error,
  onClose,
  onSubmit,
  buttons,
  children,
}: {
  id: string;
  title: string;
  error: string;
  onClose: () => void;
  onSubmit: () => void;
  buttons: ComponentChildren;
  children: ComponentChildren;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  // Synchronously after the render: the next key press would otherwise press the opener again.
  useLayoutEffect(() => {
    const opener = document.activeElement as HTMLElement | null;
    dialog.current?.showModal();
    return () => opener?.focus();
  }, []);
  return (
    <dialog ref={dialog} aria-labelledby={`${id}-title`} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit();
        }}
      >
        <h2 id={`${id}-title`}>{title}</h2>
        {children}
        {error && (
          <div class="notice" role="alert">
            {error}
          </div>
        )}
        <div class="row end">
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          {buttons}
        </div>
      </form>
    </dialog>
  );
}
