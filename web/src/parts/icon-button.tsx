/** A button that shows only an icon. */

import type { ButtonHTMLAttributes } from "preact";
import { Icon, type IconName } from "./icons";

type IconButtonProps = { icon: IconName; label: string } & ButtonHTMLAttributes;

/** Its label is spoken and shown as a hint. */
export function IconButton({ icon, label, class: kind = "", ...rest }: IconButtonProps) {
  return (
    <button type="button" class={`icon-button ${kind}`} aria-label={label} title={label} {...rest}>
      <Icon name={icon} />
    </button>
  );
}
