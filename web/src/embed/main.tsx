/** The player for other people's pages: `/embed/{id}`, with `?share={token}` where videos are private. */

import "@fontsource-variable/schibsted-grotesk/wght.css";
import "../styles/base.css";
import "../styles/parts.css";
import "../styles/player.css";

import { render } from "preact";
import { Embed, NoSuchVideo } from "./view";

const [, , id = "", ...rest] = location.pathname.split("/");
const isVideo = /^[0-9a-f]{20}$/.test(id) && rest.length === 0;
const share = new URLSearchParams(location.search).get("share");

render(isVideo ? <Embed id={id} share={share} /> : <NoSuchVideo />, document.getElementById("app")!);
