/** The page around the views: where one is, and who one is. */

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { onSessionChange, signOut, userName } from "../auth";
import { sentence } from "../request";
import { Link } from "./basics";
import { DropAnywhere } from "./drop";
import { useUploads } from "./hooks";
import { Icon, type IconName } from "./icons";
import { Mark } from "./mark";

export function Frame({ at, children }: { at: string; children: ComponentChildren }) {
  return (
    <>
      <a class="skip" href="#content">
        Skip to the content
      </a>
      <header class="top">
        <div class="top-inner">
          <Link to="/" class="brand">
            <Mark />
            Videos
          </Link>
          <nav class="nav" aria-label="Main">
            <NavLink to="/" icon="library" label="Library" here={at === "library"} />
            <NavLink to="/upload" icon="upload" label="Upload" here={at === "upload"}>
              <UploadCount />
            </NavLink>
            <NavLink to="/keys" icon="key" label="API" here={at === "keys" || at === "webhooks"} />
          </nav>
          <Who />
        </div>
      </header>
      <main id="content" class="main" tabIndex={-1}>
        {children}
      </main>
      <DropAnywhere />
    </>
  );
}

/** Who is signed in, and the way out; the name comes with the first token. */
function Who() {
  const [name, setName] = useState(userName);
  const [error, setError] = useState("");
  useEffect(() => onSessionChange(() => setName(userName())), []);
  return (
    <div class="who">
      {error ? (
        <span class="tone-failed" role="alert">
          {error}
        </span>
      ) : (
        <span class="who-name" title={name}>
          {name}
        </span>
      )}
      <button type="button" class="button button-quiet button-small" onClick={() => signOut().catch((failure: unknown) => setError(sentence(failure)))}>
        <Icon name="exit" />
        <span class="who-exit">Sign out</span>
      </button>
    </div>
  );
}

interface NavLinkProps {
  to: string;
  icon: IconName;
  label: string;
  here: boolean;
  children?: ComponentChildren;
}

function NavLink({ to, icon, label, here, children }: NavLinkProps) {
  return (
    <Link to={to} class="nav-link" aria-current={here ? "page" : undefined}>
      <Icon name={icon} />
      {label}
      {children}
    </Link>
  );
}

/** How many uploads still run, so that nobody closes the window unaware. */
function UploadCount() {
  const running = useUploads().filter(({ stage }) => stage !== "done" && stage !== "failed").length;
  if (running === 0) return null;
  return (
    <span class="count">
      {running}
      <span class="hidden"> running</span>
    </span>
  );
}
