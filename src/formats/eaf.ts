import { FormatError } from "../errors.ts";
import { pathOf } from "./file-bytes.ts";
import { parseCount } from "./number.ts";
import { parseXml, type XmlElement, xmlAttribute, xmlChildren, xmlText } from "./xml.ts";

/** One tier of an ELAN file. */
export interface EafTier {
  readonly name: string;
  /** Who speaks, as the file says; empty where it does not. */
  readonly participant: string;
  /** By start; one without stays behind the one before it in the file. */
  readonly annotations: readonly EafAnnotation[];
}

/** One annotation. */
export interface EafAnnotation {
  readonly text: string;
  /** Seconds of audio; NaN where the annotation's time slot has no time. */
  readonly start: number;
  readonly end: number;
  /** Whether the start is no time of the file's, but from the even division of another annotation's time. */
  readonly isDivided: boolean;
}

/** Settings of {@link readEaf}. */
export interface ReadEafOptions {
  /** The file, for messages. */
  readonly path?: string | undefined;
}

interface Slot {
  readonly seconds: number;
}

/** An annotation before its time is looked up. */
interface UntimedAnnotation {
  readonly element: XmlElement;
  readonly text: string;
  readonly parent: string | undefined;
  readonly previous: string | undefined;
  readonly slots: readonly [Slot, Slot] | undefined;
}

type Times = Omit<EafAnnotation, "text">;

/**
 * The tiers of an ELAN annotation file (`.eaf`), in order. An annotation with time slots has their times, NaN where a
 * slot has none. One that refers to another has that one's time; where several refer to the same (symbolic
 * subdivision), they divide its time evenly in their order, as ELAN shows them.
 *
 * @throws FormatError where the bytes are no XML, or no ELAN document with times in milliseconds; where an attribute is
 * missing, an id is given twice, a reference leads nowhere or in a circle, or annotations that divide one have no
 * order; where the media begins at another time than the annotations
 * @see https://www.mpi.nl/tools/elan/EAF_Annotation_Format_3.0_and_ELAN.pdf
 */
export function readEaf(bytes: Uint8Array, options: ReadEafOptions = {}): readonly EafTier[] {
  const path = pathOf(options, "annotations.eaf");
  const root = parseXml(bytes, path);
  if (root.name !== "ANNOTATION_DOCUMENT") {
    throw new FormatError(path, `the root must be <ANNOTATION_DOCUMENT>, got <${root.name}>`, root.start);
  }
  for (const header of xmlChildren(root, "HEADER")) checkTimeHeader(header, path);
  const slots = readSlots(path, root);
  const entries = new Map<string, UntimedAnnotation>();
  const tiers = xmlChildren(root, "TIER").map((tier) => {
    const ids = xmlChildren(tier, "ANNOTATION").map((holder) => {
      const [id, entry] = readAnnotation(path, holder, slots);
      if (entries.has(id))
        throw new FormatError(path, `annotations must have different ids, got "${id}" twice`, holder.start);
      entries.set(id, entry);
      return id;
    });
    return { name: xmlAttribute(path, tier, "TIER_ID"), participant: tier.attributes.get("PARTICIPANT") ?? "", ids };
  });
  const times = placeAll(
    entries,
    tiers.map(({ ids }) => ids),
    path,
  );
  return tiers.map(({ name, participant, ids }) => ({
    name,
    participant,
    annotations: inTime(ids.map((id) => ({ text: entries.get(id)!.text, ...times.get(id)! }))),
  }));
}

function checkTimeHeader(header: XmlElement, path: string): void {
  const units = header.attributes.get("TIME_UNITS") ?? "milliseconds";
  if (units !== "milliseconds") {
    throw new FormatError(
      path,
      `TIME_UNITS must be milliseconds, got "${units}". Save the file with ELAN`,
      header.start,
    );
  }
  const media = xmlChildren(header, "MEDIA_DESCRIPTOR");
  // Where there is sound of its own, a video beside it may begin when it likes.
  const audio = media.filter(({ attributes }) => attributes.get("MIME_TYPE")?.startsWith("audio/"));
  for (const { attributes, start } of audio.length > 0 ? audio : media) {
    const origin = attributes.get("TIME_ORIGIN") ?? "0";
    if (Number(origin) === 0) continue;
    const message = `TIME_ORIGIN must be 0, so that times are those of the audio, got "${origin}". Reset the offset in ELAN's media synchronisation`;
    throw new FormatError(path, message, start);
  }
}

function readSlots(path: string, root: XmlElement): ReadonlyMap<string, Slot> {
  const slots = new Map<string, Slot>();
  for (const slot of xmlChildren(root, "TIME_ORDER").flatMap((order) => xmlChildren(order, "TIME_SLOT"))) {
    const value = slot.attributes.get("TIME_VALUE");
    const milliseconds = value === undefined ? Number.NaN : parseCount(value);
    if (milliseconds === undefined) {
      throw new FormatError(path, `TIME_VALUE must be whole milliseconds from 0, got "${value}"`, slot.start);
    }
    const id = xmlAttribute(path, slot, "TIME_SLOT_ID");
    if (slots.has(id)) {
      throw new FormatError(path, `time slots must have different ids, got "${id}" twice`, slot.start);
    }
    slots.set(id, { seconds: milliseconds / 1000 });
  }
  return slots;
}

function readAnnotation(
  path: string,
  holder: XmlElement,
  slots: ReadonlyMap<string, Slot>,
): readonly [string, UntimedAnnotation] {
  const [element, ...others] = holder.children;
  const isAligned = element?.name === "ALIGNABLE_ANNOTATION";
  if (!element || others.length > 0 || !(isAligned || element.name === "REF_ANNOTATION")) {
    const got = holder.children.map(({ name }) => `<${name}>`).join(", ") || "none";
    const message = `<ANNOTATION> must hold one <ALIGNABLE_ANNOTATION> or <REF_ANNOTATION>, got ${got}`;
    throw new FormatError(path, message, holder.start);
  }
  const slotOf = (name: string) => {
    const id = xmlAttribute(path, element, name);
    const slot = slots.get(id);
    if (slot) return slot;
    throw new FormatError(path, `${name} must be the id of a time slot, got "${id}"`, element.start);
  };
  const value = xmlChildren(element, "ANNOTATION_VALUE")[0];
  const entry: UntimedAnnotation = {
    element,
    text: value ? xmlText(value, path) : "",
    parent: isAligned ? undefined : xmlAttribute(path, element, "ANNOTATION_REF"),
    previous: isAligned ? undefined : element.attributes.get("PREVIOUS_ANNOTATION"),
    slots: isAligned ? [slotOf("TIME_SLOT_REF1"), slotOf("TIME_SLOT_REF2")] : undefined,
  };
  return [xmlAttribute(path, element, "ANNOTATION_ID"), entry];
}

/** The times of all annotations: of those with slots, then of those that refer to them, and so on. */
function placeAll(
  entries: ReadonlyMap<string, UntimedAnnotation>,
  tiers: readonly (readonly string[])[],
  path: string,
): ReadonlyMap<string, Times> {
  const times = new Map<string, Times>();
  const groups = new Map<string, string[][]>();
  for (const [id, { slots }] of entries) {
    if (slots) times.set(id, { start: slots[0].seconds, end: slots[1].seconds, isDivided: false });
  }
  for (const ids of tiers) {
    const byParent = new Map<string, string[]>();
    for (const id of ids) {
      const { parent, element } = entries.get(id)!;
      if (parent === undefined) continue;
      if (!entries.has(parent)) {
        throw new FormatError(path, `ANNOTATION_REF must be the id of an annotation, got "${parent}"`, element.start);
      }
      const siblings = byParent.get(parent);
      if (siblings) siblings.push(id);
      else byParent.set(parent, [id]);
    }
    for (const [parent, siblings] of byParent) {
      groups.set(parent, [...(groups.get(parent) ?? []), inSequence(siblings, entries, path)]);
    }
  }
  // Breadth first: a map's keys may be added to while they are gone through.
  for (const [parent, { start, end, isDivided }] of times) {
    for (const siblings of groups.get(parent) ?? []) {
      siblings.forEach((id, i) => {
        const at = (part: number) =>
          part === siblings.length ? end : start + ((end - start) * part) / siblings.length;
        times.set(id, { start: i === 0 ? start : at(i), end: at(i + 1), isDivided: isDivided || i > 0 });
      });
    }
  }
  for (const [id, { element }] of entries) {
    if (!times.has(id))
      throw new FormatError(path, `ANNOTATION_REF must not lead in a circle, got "${id}"`, element.start);
  }
  return times;
}

/** Annotations of one tier that refer to the same one, each behind its PREVIOUS_ANNOTATION. */
function inSequence(
  siblings: readonly string[],
  entries: ReadonlyMap<string, UntimedAnnotation>,
  path: string,
): string[] {
  const next = new Map<string | undefined, string>();
  for (const id of siblings) next.set(entries.get(id)!.previous, id);
  const ordered: string[] = [];
  for (let id = next.get(undefined); id !== undefined && ordered.length < siblings.length; id = next.get(id)) {
    ordered.push(id);
  }
  if (ordered.length === siblings.length) return ordered;
  const { parent, element } = entries.get(siblings[0]!)!;
  const message = `annotations that divide one must follow each other by PREVIOUS_ANNOTATION, got ${ordered.length} in a row of ${siblings.length} (parent "${parent}")`;
  throw new FormatError(path, message, element.start);
}

function inTime(annotations: readonly EafAnnotation[]): EafAnnotation[] {
  let latest = Number.NEGATIVE_INFINITY;
  const placed = annotations.map((annotation) => {
    if (!Number.isNaN(annotation.start)) latest = annotation.start;
    return { annotation, place: latest };
  });
  return placed.sort((a, b) => (a.place === b.place ? 0 : a.place - b.place)).map(({ annotation }) => annotation);
}
