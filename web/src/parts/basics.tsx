/** Small pieces that every view uses. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { go, isPlainClick } from "../routes";
import { Icon } from "./icons";

interface LinkProps {
  to: string;
  children: ComponentChildren;
  class?: string;
  "aria-current"?: "page" | undefined;
}

/** A link within the page. */
export function Link({ to, children, ...rest }: LinkProps) {
  const follow = (event: MouseEvent) => {
    if (!isPlainClick(event)) return;
    event.preventDefault();
    go(to);
  };
  return (
    <a href={to} onClick={follow} {...rest}>
      {children}
    </a>
  );
}

/** A bar of progress from 0 to 100. */
export function Bar({ percent, label, tone = "" }: { percent: number; label: string; tone?: string }) {
  const shown = Math.min(100, Math.max(0, percent));
  return (
    <div class={`bar ${tone}`} role="progressbar" aria-label={label} aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.floor(shown)}>
      <div class="bar-fill" style={{ transform: `scaleX(${shown / 100})` }} />
    </div>
  );
}

interface NoticeProps {
  tone: "error" | "warning" | "plain";
  title: string;
  children?: ComponentChildren;
}

export function Notice({ tone, title, children }: NoticeProps) {
  return (
    <div class={`notice notice-${tone}`} role={tone === "error" ? "alert" : undefined}>
      <Icon name="alert" />
      <div class="notice-text">
        <p class="notice-title">{title}</p>
        {children}
      </div>
    </div>
  );
}

interface EmptyProps {
  title: string;
  /** Whether this is all that the page says, and so its heading. */
  alone?: boolean;
  children?: ComponentChildren;
}

/** A place where nothing is, and what to do about it. */
export function Empty({ title, alone = false, children }: EmptyProps) {
  return (
    <div class="empty">
      <div class="empty-frames" aria-hidden="true">
        <span />
        <span />
        <span />
      </div>
      {alone ? <h1>{title}</h1> : <h2>{title}</h2>}
      {children}
    </div>
  );
}

const COPIED_MS = 1800;

/** A text to take along, with a button that copies it. */
export function CopyField({ label, text }: { label: string; text: string }) {
  const [copied, setCopied] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (!copied) return undefined;
    const timer = setTimeout(() => setCopied(false), COPIED_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async () => {
    field.current?.select();
    await navigator.clipboard.writeText(text).catch(() => document.execCommand("copy"));
    setCopied(true);
  };
  return (
    <div class="copy">
      <label>
        <span class="label">{label}</span>
        <input ref={field} readOnly value={text} onFocus={(event) => event.currentTarget.select()} />
      </label>
      <button type="button" class="button button-quiet" onClick={copy} aria-label={`Copy ${label}`}>
        <Icon name={copied ? "check" : "copy"} />
        <span aria-live="polite">{copied ? "Copied" : "Copy"}</span>
      </button>
    </div>
  );
}

interface ConfirmProps {
  title: string;
  action: string;
  children: ComponentChildren;
  onConfirm: () => Promise<void>;
  onClose: () => void;
}

/** A question in the way of something that cannot be undone. */
export function Confirm({ title, action, children, onConfirm, onClose }: ConfirmProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [busy, setBusy] = useState(false);
  useEffect(() => dialog.current?.showModal(), []);
  const confirm = async () => {
    setBusy(true);
    await onConfirm().finally(() => setBusy(false));
  };
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby="confirm-title" onClose={onClose}>
      <h2 id="confirm-title">{title}</h2>
      <div class="dialog-text">{children}</div>
      <div class="actions actions-end">
        <button type="button" class="button button-quiet" onClick={() => dialog.current?.close()}>
          Keep it
        </button>
        <button type="button" class="button button-danger" disabled={busy} onClick={confirm}>
          {action}
        </button>
      </div>
    </dialog>
  );
}

/** Grey shapes where something is about to appear. */
export function Skeleton({ kind }: { kind: string }) {
  return <div class={`skeleton skeleton-${kind}`} aria-hidden="true" />;
}
