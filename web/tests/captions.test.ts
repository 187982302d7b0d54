import { expect, test } from "vitest";
import { captionFacts, captionFilename, guess, isCaptionFile, languages, shownLanguage, tagOf } from "../src/captions";
import type { Caption } from "../src/model";

const TRACK: Caption = { id: "c1", language: "de", label: "Deutsch", kind: "subtitles", isDefault: false, origin: "uploaded", url: "" };

test.each([
  ["film.de.srt", "de"],
  ["Film.EN.vtt", "en"],
  ["film.pt-BR.srt", "pt-BR"],
  ["film_pt_BR.srt", "pt-BR"],
  ["film.zh-Hant.srt", "zh-Hant"],
  ["film.eng.srt", "en"],
  ["film.ger.srt", "de"],
  ["rome-fr.vtt", "fr"],
  ["Rome at dawn.German.srt", "de"],
  ["Rome [Deutsch].srt", "de"],
  ["2_English.srt", "en"],
  ["de.srt", "de"],
  ["film.hi.srt", "hi"],
])("a file's name tells its language: %s", (name, language) => {
  expect(guess(name)).toEqual({ language, kind: "subtitles" });
});

test.each([
  ["film.de.forced.srt", "de", "forced"],
  ["film.forced.de.srt", "de", "forced"],
  ["film.en.SDH.srt", "en", "captions"],
  ["film.en.hi.srt", "en", "captions"],
  ["film.en-cc.vtt", "en", "captions"],
  ["film.sdh.srt", "", "captions"],
])("and its kind: %s", (name, language, kind) => {
  expect(guess(name)).toEqual({ language, kind });
});

test.each(["film.srt", "Rocky.II.srt", "Spider-Man.srt", "Let It Be.srt", "This is It.srt", "film.1080p.srt", "de.film.srt", "a.de-XX.srt", ".srt", ""])(
  "nothing is guessed of a title's own words: %s",
  (name) => {
    expect(guess(name).language).toBe("");
  },
);

test("a language is known by its name, its own name and its tag", () => {
  expect([" german ", "Deutsch", "de", "Brazilian Portuguese", "tlh"].map(tagOf)).toEqual(["de", "de", "de", "pt-BR", "tlh"]);
  expect(languages().map(tagOf).filter((tag) => !/^[a-z]{2,3}(-\w+)?$/.test(tag))).toEqual([]);
});

test("a field shows a name that leads back to the tag, else the tag", () => {
  expect([null, "de", "pt-BR", "de-CH", "tlh"].map(shownLanguage)).toEqual(["", "German", "Brazilian Portuguese", "de-CH", "tlh"]);
});

test("subtitle files are told by their endings", () => {
  expect(["a.srt", "A.VTT", "a.mp4", "srt"].map((name) => isCaptionFile({ name }))).toEqual([true, true, false, false]);
});

test("a track is described by what its label does not say", () => {
  expect(captionFacts(TRACK)).toBe("German");
  expect(captionFacts({ ...TRACK, language: "en", label: "English" })).toBe("");
  expect(captionFacts({ ...TRACK, kind: "captions", isDefault: true })).toBe("German, for the deaf and hard of hearing, shown by default");
  expect(captionFacts({ ...TRACK, language: null, kind: "forced" })).toBe("Unknown language, forced");
});

test("a track's text is kept under a name that tells its language and kind again", () => {
  const forced = { ...TRACK, language: "pt-BR", kind: "forced" } as const;
  expect(captionFilename({ title: "Rome.mp4" }, forced)).toBe("Rome.pt-BR.forced.vtt");
  expect(guess(captionFilename({ title: "Rome" }, forced))).toEqual({ language: "pt-BR", kind: "forced" });
  expect(captionFilename({ title: "Rome" }, { ...TRACK, language: null })).toBe("Rome.vtt");
});
