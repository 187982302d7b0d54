/** The settings menu: quality, sound, captions and speed, each a list of its own. */

import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { IconButton } from "../parts/icon-button";
import { Icon } from "../parts/icons";
import type { Choice, Choices, Engine } from "./engine";

interface MenuProps {
  choices: Choices;
  engine: Engine;
  video: RefObject<HTMLVideoElement | null>;
  rate: number;
}

interface List {
  name: string;
  choices: Choice[];
  choose: (id: number) => void;
}

const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 2];

export function Menu({ choices, engine, video, rate }: MenuProps) {
  const [open, setOpen] = useState(false);
  const [chosen, setChosen] = useState<string | null>(null);
  const root = useRef<HTMLDivElement>(null);
  const lists = listsOf(choices, engine, video, rate).filter((list) => list.choices.length > 1);
  const list = lists.find(({ name }) => name === chosen);
  const close = () => {
    setOpen(false);
    setChosen(null);
    root.current?.querySelector("button")?.focus();
  };
  useClickOutside(root, open, () => setOpen(false));
  useEffect(() => {
    if (open) root.current?.querySelector<HTMLElement>("[role^=menuitem][aria-checked=true], [role^=menuitem]")?.focus();
  }, [open, chosen]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") list ? setChosen(null) : close();
    else if (event.key === "ArrowLeft" && list) setChosen(null);
    else if (event.key === "ArrowDown") move(root.current, 1);
    else if (event.key === "ArrowUp") move(root.current, -1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="menu-place" ref={root}>
      <IconButton
        icon="settings"
        label="Settings"
        aria-haspopup="menu"
        aria-expanded={open}
        onClick={() => (open ? close() : (setChosen(null), setOpen(true)))}
      />
      {open && (
        <div class="menu" role="menu" aria-label={list?.name ?? "Settings"} onKeyDown={onKeyDown}>
          {list ? <Choosing list={list} onBack={() => setChosen(null)} onDone={close} /> : <Lists lists={lists} height={choices.height} onChoose={setChosen} />}
        </div>
      )}
    </div>
  );
}

function Lists({ lists, height, onChoose }: { lists: List[]; height: number | null; onChoose: (name: string) => void }) {
  return (
    <>
      {lists.map(({ name, choices }) => (
        <button key={name} type="button" class="menu-item" role="menuitem" aria-haspopup="menu" onClick={() => onChoose(name)}>
          <span>{name}</span>
          <span class="menu-value">
            {current(choices)}
            {name === "Quality" && height && choices[0]?.active ? ` (${height}p)` : ""}
          </span>
          <Icon name="next" />
        </button>
      ))}
    </>
  );
}

function Choosing({ list, onBack, onDone }: { list: List; onBack: () => void; onDone: () => void }) {
  const choose = (id: number) => {
    list.choose(id);
    onDone();
  };
  return (
    <>
      <button type="button" class="menu-item menu-back" role="menuitem" onClick={onBack}>
        <Icon name="back" />
        <span>{list.name}</span>
      </button>
      {list.choices.map(({ id, label, active }) => (
        <button key={id} type="button" class="menu-item" role="menuitemradio" aria-checked={active} onClick={() => choose(id)}>
          <Icon name="check" />
          <span>{label}</span>
        </button>
      ))}
    </>
  );
}

function listsOf(choices: Choices, engine: Engine, video: RefObject<HTMLVideoElement | null>, rate: number): List[] {
  const speeds = SPEEDS.map((speed, id) => ({ id, label: speed === 1 ? "Normal" : `${speed}×`, active: speed === rate }));
  const setSpeed = (id: number) => {
    video.current!.playbackRate = SPEEDS[id] ?? 1;
  };
  return [
    { name: "Quality", choices: choices.qualities, choose: (id) => engine.chooseQuality(id) },
    { name: "Audio", choices: choices.audio, choose: (id) => engine.chooseAudio(id) },
    { name: "Captions", choices: choices.captions, choose: (id) => engine.chooseCaptions(id) },
    { name: "Speed", choices: speeds, choose: setSpeed },
  ];
}

function current(choices: Choice[]): string {
  return choices.find(({ active }) => active)?.label ?? "";
}

function move(root: HTMLElement | null, step: number): void {
  const items = [...(root?.querySelectorAll<HTMLElement>("[role^=menuitem]") ?? [])];
  const at = items.indexOf(document.activeElement as HTMLElement);
  items[(at + step + items.length) % items.length]?.focus();
}

function useClickOutside(root: RefObject<HTMLElement | null>, active: boolean, act: () => void): void {
  useEffect(() => {
    if (!active) return undefined;
    const note = (event: PointerEvent) => {
      if (!root.current?.contains(event.target as Node)) act();
    };
    document.addEventListener("pointerdown", note);
    return () => document.removeEventListener("pointerdown", note);
  }, [active]);
}
