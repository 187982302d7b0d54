/** Icons as strokes on a 24 pixel grid; they never speak, the button they stand in does. */

const PATHS = {
  play: "M8 5.5v13l10.5-6.5z",
  pause: "M8 5.5v13M16 5.5v13",
  replay: "M4.5 12a7.5 7.5 0 1 0 2.6-5.7M4.5 4.5v4h4",
  volume: "M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM15.5 9a4 4 0 0 1 0 6M18 6.5a7.7 7.7 0 0 1 0 11",
  muted: "M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM16 10l4.5 4.5M20.5 10 16 14.5",
  captions: "M4 6.5h16v11H4zM7.5 13.5h4M14 13.5h2.5",
  settings: "M4 7h9M17 7h3M4 17h3M11 17h9M13 4.5v5M7.5 14.5v5",
  pip: "M4 6h16v12H4zM12.5 12H18v4h-5.5z",
  expand: "M5 9.5V5h4.5M14.5 5H19v4.5M19 14.5V19h-4.5M9.5 19H5v-4.5",
  shrink: "M9.5 5v4.5H5M19 9.5h-4.5V5M14.5 19v-4.5H19M5 14.5h4.5V19",
  send: "M4.5 12 19.5 5l-4 14-4-5.5zM11.5 13.5l8-8.5",
  fetch: "M12 5v11M7.5 11.5 12 16l4.5-4.5M5 19h14",
  upload: "M12 16V5M7.5 9.5 12 5l4.5 4.5M5 19h14",
  library: "M4.5 5.5h6v5.5h-6zM13.5 5.5h6v5.5h-6zM4.5 14h6v4.5h-6zM13.5 14h6v4.5h-6z",
  search: "M10.5 5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11zM14.8 14.8 19.5 19.5",
  close: "M6.5 6.5l11 11M17.5 6.5l-11 11",
  check: "M5 12.5l4.5 4.5L19 7.5",
  copy: "M8.5 8.5h10v10h-10zM5.5 15.5v-10h10",
  edit: "M5 19l1-4L16.5 4.5l3 3L9 18z",
  trash: "M5 7h14M9.5 7V4.5h5V7M7 7l.8 12h8.4L17 7M10.3 10.5v5M13.7 10.5v5",
  alert: "M12 4.5 20.5 19h-17zM12 10v4.2M12 16.6v.2",
  link: "M10 14a3.5 3.5 0 0 0 5 0l3-3a3.5 3.5 0 0 0-5-5l-1 1M14 10a3.5 3.5 0 0 0-5 0l-3 3a3.5 3.5 0 0 0 5 5l1-1",
  key: "M9 10.5a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM12 11.7 19.5 4.5M16 8l2.5 2.5M14 10l1.5 1.5",
  back: "M14.5 6 8.5 12l6 6",
  next: "M9.5 6l6 6-6 6",
  file: "M6.5 4.5h7l4 4v11h-11zM13 4.5V9h4.5",
  exit: "M10 5H5v14h5M14.5 8.5 18 12l-3.5 3.5M18 12H9.5",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class={`icon icon-${name}`} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
