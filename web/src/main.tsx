/** The page: its configuration, its address, and the view for it. */

import "@fontsource-variable/schibsted-grotesk/wght.css";
import "./styles/base.css";
import "./styles/parts.css";
import "./styles/views.css";
import "./styles/api.css";
import "./styles/player.css";

import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import { isSignedIn, onSessionChange } from "./auth";
import { config, loadConfig } from "./config";
import { Empty, Link, Notice } from "./parts/basics";
import { Frame } from "./parts/frame";
import { Shortcuts } from "./player/shortcuts";
import { route, type Route } from "./routes";
import { Keys } from "./views/keys";
import { Library } from "./views/library";
import { PublicPage, SharePage } from "./views/shared";
import { SignedIn, SignIn } from "./views/sign-in";
import { UploadView } from "./views/upload";
import { VideoView } from "./views/video";
import { Webhooks } from "./views/webhooks";

function App() {
  return (
    <>
      <Page />
      <Shortcuts />
    </>
  );
}

function Page() {
  const at = useRoute();
  const signedIn = useSignedIn();
  useFocusOnChange(at);
  if (at.view === "share") return <SharePage token={at.token} />;
  if (at.view === "signed-in") return <SignedIn search={at.search} />;
  if (!signedIn && at.view === "video" && config().playbackAccess === "public") return <PublicPage id={at.id} />;
  if (!signedIn) return <SignIn />;
  return <Frame at={at.view}>{viewOf(at)}</Frame>;
}

function viewOf(at: Route) {
  if (at.view === "library") return <Library />;
  if (at.view === "upload") return <UploadView />;
  if (at.view === "keys") return <Keys />;
  if (at.view === "webhooks") return <Webhooks />;
  if (at.view === "video") return <VideoView key={at.id} id={at.id} />;
  return (
    <Empty title="There is no such page" alone>
      <Link to="/" class="button button-quiet">
        Back to the library
      </Link>
    </Empty>
  );
}

function useRoute(): Route {
  const [at, setAt] = useState(() => route(location.pathname, location.search));
  useEffect(() => {
    const note = () => setAt(route(location.pathname, location.search));
    addEventListener("popstate", note);
    return () => removeEventListener("popstate", note);
  }, []);
  return at;
}

function useSignedIn(): boolean {
  const [signedIn, setSignedIn] = useState(isSignedIn);
  useEffect(() => onSessionChange(() => setSignedIn(isSignedIn())), []);
  return signedIn;
}

/** A screen reader hears of a new view because the focus moves to it; the first view is left to the browser. */
function useFocusOnChange(at: Route): void {
  const [first] = useState(at);
  useEffect(() => {
    if (at === first) return;
    scrollTo(0, 0);
    document.getElementById("content")?.focus({ preventScroll: true });
  }, [at]);
}

async function start(): Promise<void> {
  const place = document.getElementById("app")!;
  try {
    await loadConfig();
  } catch {
    render(
      <main class="closed">
        <Notice tone="error" title="The platform cannot be reached">
          <p>Check your connection, then load this page again.</p>
        </Notice>
      </main>,
      place,
    );
    return;
  }
  render(<App />, place);
}

void start();
