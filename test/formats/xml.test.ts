import { describe, expect, it } from "vitest";
import { encodeBase64 } from "#platform/base64";
import { base64Decoder } from "../../src/formats/base64.ts";
import { parseCount, parseNumber } from "../../src/formats/number.ts";
import { parseXml, xmlText } from "../../src/formats/xml.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

describe("parseXml", () => {
  it("by hand: attributes in both quotes, entities, comments, instructions, CDATA and the text between children", () => {
    const source = bytes(`<?xml version='1.0' encoding='utf-8'?><!DOCTYPE a [<!ELEMENT a (b)> <!-- it's > -->]>
      <?style ">"?><!-- <no> --><a one = 'x"&#x263A;' two="&lt;'" > t<b/>u<!-- v -->&gt;<![CDATA[<w>&]]]]><b c=""/></a>`);
    const root = parseXml(source, "x");
    expect(root.attributes).toEqual(
      new Map([
        ["one", 'x"☺'],
        ["two", "<'"],
      ]),
    );
    expect(root.children.map((child) => [child.name, child.attributes.get("c")])).toEqual([
      ["b", undefined],
      ["b", ""],
    ]);
    expect(xmlText(root, "x")).toBe("tu><w>&]]");
  });

  it.each([
    ["no bytes", "", "the file must not be empty, got 0 bytes. Fetch or copy it again", 0],
    ["nothing", " ", "XML must have a root element, got none. The file looks empty or truncated: fetch it again", 1],
    ["two roots", "<a/><b/>", "XML must have one root element, got a second", 4],
    [
      "text after the root",
      "<a/>x",
      "XML must hold text inside its root element only, got bytes 78. Is it XML in UTF-8?",
      4,
    ],
    [
      "a closing tag too many",
      "<a/></a>",
      "XML must close elements in the order it opened them: no closing tag, got </a>",
      4,
    ],
    [
      "a comment without end",
      "<a><!-- ",
      "XML must close what it opens, got no end of a comment. The file looks truncated: fetch it again",
      7,
    ],
    [
      "CDATA without end",
      "<a><![CDATA[x]]",
      "XML must close what it opens, got no end of a CDATA section. The file looks truncated: fetch it again",
      12,
    ],
    [
      "a doctype without end",
      "<!DOCTYPE a [<!ELEMENT a>",
      "XML must close what it opens, got no end of <!DOCTYPE>. The file looks truncated: fetch it again",
      0,
    ],
    ["a tag without a name", "< a>", 'XML must have the name of an element here, got " "', 1],
    ["an attribute without value", "<a b>", 'XML must have "=" after the attribute b (of <a>)', 4],
    ["an attribute without quotes", "<a b=c>", "XML must have quotes around the attribute b (of <a>)", 5],
    [
      "an attribute without end",
      '<a b="c>',
      "XML must close what it opens, got no end of the attribute b (of <a>). The file looks truncated: fetch it again",
      5,
    ],
    ["an attribute twice", '<a b="1" b="2">', "XML must give an attribute once, got b twice (of <a>)", 11],
    ["attributes without space between", '<a b="1"c="2">', "XML must have white space before an attribute (of <a>)", 8],
    [
      "an entity of its own",
      '<!DOCTYPE a [<!ENTITY e "x">]><a b="&e;"/>',
      'XML must use the entities lt, gt, amp, apos, quot or a character number, got "&e;"',
      36,
    ],
    [
      "an ampersand alone",
      '<a b="x & y"/>',
      'XML must use the entities lt, gt, amp, apos, quot or a character number, got "&"',
      6,
    ],
    [
      "half a character",
      '<a b="&#xD800;"/>',
      'XML must use the entities lt, gt, amp, apos, quot or a character number, got "&#xD800;"',
      6,
    ],
    [
      "an inherited name for an entity",
      '<a b="&constructor;"/>',
      'XML must use the entities lt, gt, amp, apos, quot or a character number, got "&constructor;"',
      6,
    ],
  ])("by hand: refuses %s", (_, text, message, byteOffset) => {
    const whole = `x: ${message} (at byte ${byteOffset})`;
    expect(() => parseXml(bytes(text), "x")).toThrow(
      expect.objectContaining({ name: "FormatError", byteOffset, message: whole }),
    );
  });

  it("by hand: refuses text that is not UTF-8", () => {
    const latin = Uint8Array.from("<a b='\u00e9'/>", (character) => character.charCodeAt(0));
    const message = "x: XML must be in UTF-8, got bytes that are not (at byte 6)";
    expect(() => parseXml(latin, "x")).toThrow(expect.objectContaining({ name: "FormatError", message }));
  });

  it("by hand: a hundred thousand elements within one another exhaust no stack", () => {
    const depth = 100_000;
    expect(parseXml(bytes("<a>".repeat(depth) + "</a>".repeat(depth)), "x").children).toHaveLength(1);
  });
});

/** What a text in pieces of a given length decodes to. */
function decodeBase64(text: Uint8Array, length = text.length || 1): Uint8Array {
  const decoder = base64Decoder("x");
  const parts: Uint8Array[] = [];
  for (let at = 0; at < text.length; at += length) parts.push(decoder.push(text.subarray(at, at + length), at));
  return new Uint8Array(Buffer.concat([...parts, decoder.end()]));
}

describe("base64", () => {
  it("identity: what was encoded decodes to itself at every length, split and broken into lines anywhere", () => {
    for (let length = 0; length < 20; length++) {
      const raw = Uint8Array.from({ length }, (_, i) => (i * 89 + 250) & 255);
      const text = bytes(encodeBase64(raw).replace(/(.{5})/g, "$1\r\n "));
      for (let split = 0; split <= text.length; split++) {
        const decoder = base64Decoder("x");
        const parts = [
          decoder.push(text.subarray(0, split), 0),
          decoder.push(text.subarray(split), split),
          decoder.end(),
        ];
        expect(new Uint8Array(Buffer.concat(parts))).toEqual(raw);
      }
    }
  });

  it("oracle: the examples of RFC 4648, section 10", () => {
    const examples = {
      "": "",
      f: "Zg==",
      fo: "Zm8=",
      foo: "Zm9v",
      foob: "Zm9vYg==",
      fooba: "Zm9vYmE=",
      foobar: "Zm9vYmFy",
    };
    for (const [plain, encoded] of Object.entries(examples)) {
      expect(encodeBase64(bytes(plain))).toBe(encoded);
      expect(decodeBase64(bytes(encoded))).toEqual(bytes(plain));
    }
  });

  it.each(["A", "AA", "AAA", "AA=", "A===", "=", "AAAA=", "AA==A", "AA=A", "AA===", "A-__"])(
    "by hand: refuses %j",
    (text) => {
      const decode = () => decodeBase64(bytes(text));
      expect(decode).toThrow(expect.objectContaining({ name: "FormatError" }));
    },
  );
});

describe("numbers", () => {
  it("by hand: what is a number and what is not", () => {
    const numbers = {
      "1": 1,
      "+1.": 1,
      "-.5e-3": -0.0005,
      "007": 7,
      NAN: Number.NaN,
      "-Inf": -Infinity,
      infinity: Infinity,
    };
    for (const [text, value] of Object.entries(numbers)) expect(parseNumber(text)).toBe(value);
    for (const text of ["", " ", "1 ", "1_0", "0x1", "1e", "e1", ".", "+-1", "1n", "in"])
      expect(parseNumber(text)).toBeUndefined();
    expect(["12", "-1", "1.0", "1e3", "", "9007199254740993"].map(parseCount)).toEqual([
      12,
      ...Array(5).fill(undefined),
    ]);
  });
});
