import { defineConfig } from "vite";

export default defineConfig({
  build: {
    target: "es2022",
    // The player for other people's sites is a document of its own: nothing of who is signed in is in it.
    rolldownOptions: { input: ["index.html", "embed.html"] },
    // No data: addresses: the page's content security policy allows what its own host serves and nothing else.
    assetsInlineLimit: 0,
    // Shaka Player is one chunk of 200 kB gzip, fetched when something is played.
    chunkSizeWarningLimit: 900,
  },
});
