/** The head of what programs need: the place itself, and its pages as tabs of one another. */

import { Link } from "../parts/basics";

const PAGES = [
  ["keys", "API keys"],
  ["webhooks", "Webhooks"],
] as const;

export function ApiHead({ at }: { at: (typeof PAGES)[number][0] }) {
  return (
    <div class="page-head page-head-tabs">
      <h1>API</h1>
      <nav class="tabs" aria-label="API">
        {PAGES.map(([page, label]) => (
          <Link key={page} to={`/${page}`} class="tab" aria-current={page === at ? "page" : undefined}>
            {label}
          </Link>
        ))}
      </nav>
    </div>
  );
}
