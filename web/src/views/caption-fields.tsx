/** What is said of a subtitle track, as fields of a form. */

import { KINDS } from "../captions";
import type { CaptionKind } from "../model";

export const LANGUAGES_ID = "caption-languages";

export interface Said {
  /** A language's name or its tag. */
  language: string;
  kind: CaptionKind;
  isDefault: boolean;
}

interface CaptionFieldsProps extends Said {
  /** Whether a track may do without a language. */
  isAnyLanguage?: boolean;
  onEdit: (part: Partial<Said>) => void;
}

export function CaptionFields({ language, kind, isDefault, isAnyLanguage = false, onEdit }: CaptionFieldsProps) {
  return (
    <>
      <label>
        <span class="label">Language (name or tag)</span>
        <input
          type="text"
          required={!isAnyLanguage}
          maxLength={50}
          list={LANGUAGES_ID}
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          placeholder="German or pt-BR"
          value={language}
          onInput={(event) => onEdit({ language: event.currentTarget.value })}
        />
      </label>
      <label>
        <span class="label">Kind</span>
        <select value={kind} onChange={(event) => onEdit({ kind: event.currentTarget.value as CaptionKind })}>
          {KINDS.map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <label class="check">
        <input type="checkbox" checked={isDefault} onChange={(event) => onEdit({ isDefault: event.currentTarget.checked })} />
        Show by default
      </label>
    </>
  );
}
