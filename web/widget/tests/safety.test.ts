import { describe, expect, it } from "vitest";
import { accentFor, contrast, readHex } from "../src/colour";
import { DEFAULT_LIMITS, fileProblem, readLimits, textLength, typeNames } from "../src/limits";
import { linkify, safeHref, safeResource } from "../src/links";
import { readOptions } from "../src/options";
import { parseFrame } from "../src/protocol";
import { browserStorage, Drawer } from "../src/storage";

const hrefs = (text: string): string[] =>
  linkify(text).flatMap((piece) => ("href" in piece ? [piece.href] : []));

describe("links in text", () => {
  it.each([
    ["see https://a.pl/x?y=1#z.", ["https://a.pl/x?y=1#z"]],
    ["(http://a.pl/wiki/B_(c))", ["http://a.pl/wiki/B_(c)"]],
    ["www.shop.example, or a@b.example!", ["https://www.shop.example/", "mailto:a@b.example"]],
    ["mailto:a@b.example", ["mailto:a@b.example"]],
    ["https://пример.рф/путь", ["https://xn--e1afmkfd.xn--p1ai/%D0%BF%D1%83%D1%82%D1%8C"]],
    ["javascript:alert(1) data:text/html,x vbscript:x file:///etc/passwd", []],
    ["https://", []],
    ["3.5 and NT-10005, e.g. this", []],
  ])("%s", (text, expected) => {
    expect(hrefs(text)).toEqual(expected);
  });

  it.each(["<img src=x onerror=alert(1)>", "a https://x.pl b https://y.pl", "\n\n www.a.b @ ", ""])(
    "lose nothing of the text: %j",
    (text) => {
      expect(
        linkify(text)
          .map((piece) => piece.text)
          .join(""),
      ).toBe(text);
    },
  );

  it("stay quick on long text", () => {
    const started = performance.now();
    linkify("a.".repeat(20_000) + "@" + "https://".repeat(5_000));
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

describe("addresses", () => {
  it.each([
    "javascript:alert(1)",
    " JaVaScRiPt:alert(1)",
    "data:text/html,x",
    "blob:x",
    "vbscript:x",
  ])("that run something are refused: %s", (raw) => {
    expect(safeHref(raw)).toBeNull();
    expect(safeResource(raw, "https://host.example")).toBeNull();
  });

  it("of files are taken against the server's origin", () => {
    expect(safeResource("/api/webchat/files/1", "https://h.example")).toBe(
      "https://h.example/api/webchat/files/1",
    );
    expect(safeResource("mailto:a@b.pl", "https://h.example")).toBeNull();
  });
});

describe("frames", () => {
  it("read with what is optional left out", () => {
    expect(
      parseFrame(
        '{"type":"message","seq":3,"id":"a","author":"bot","text":"hi","at":"2026-01-01T00:00:00Z"}',
      ),
    ).toEqual({
      type: "message",
      seq: 3,
      id: "a",
      author: "bot",
      text: "hi",
      buttons: [],
      attachments: [],
      channel: "web",
      at: 1767225600000,
    });
  });

  it("lose only their bent parts", () => {
    const frame = parseFrame(
      JSON.stringify({
        type: "message",
        seq: 1,
        author: "martian",
        text: 5,
        buttons: [null, { title: "" }, { title: "A" }],
        attachments: [{}, "x", { url: "/f" }],
      }),
    );
    expect(frame).toMatchObject({
      author: "system",
      text: "",
      buttons: [{ title: "A", payload: "A" }],
      attachments: [{ kind: "file", name: "file", url: "/f" }],
    });
  });
});

describe("limits", () => {
  it("refuse by type, size and emptiness, before anything is sent", () => {
    const file = { name: "a.PDF", type: "", size: 10 };
    expect(fileProblem(file, DEFAULT_LIMITS)).toBeNull();
    expect(fileProblem({ ...file, name: "a.exe" }, DEFAULT_LIMITS)).toBe("file_type");
    expect(fileProblem({ ...file, size: 11 * 1024 * 1024 }, DEFAULT_LIMITS)).toBe("file_too_big");
    expect(fileProblem({ ...file, size: 0 }, DEFAULT_LIMITS)).toBe("file_empty");
  });

  it("are named for people", () => {
    expect(typeNames(DEFAULT_LIMITS)).toBe("PNG, JPEG, GIF, WEBP, PDF, TXT, DOCX, XLSX");
    expect(typeNames(readLimits({ file_types: ["image/heic"] }))).toBe("HEIC");
  });

  it("count characters as the server does", () => {
    expect(textLength("a🧵ż")).toBe(3);
  });
});

describe("colours", () => {
  it.each(["#ffff00", "#ffffff", "#000", "#e91e63", "#777777", "#1f5c50"])(
    "%s is made readable in both schemes",
    (colour) => {
      for (const [ground, dark] of [
        [[244, 239, 230], false],
        [[40, 43, 41], true],
      ] as const) {
        const accent = accentFor(readHex(colour)!, ground, dark);
        expect(contrast(readHex(accent.fill)!, readHex(accent.onFill)!)).toBeGreaterThan(4.5);
        expect(contrast(readHex(accent.text)!, ground)).toBeGreaterThan(4.5);
      }
    },
  );

  it("that are none are refused", () => {
    expect(readHex("red; background: url(x)")).toBeNull();
  });
});

describe("the script tag", () => {
  it("gives the server by the script's own address", () => {
    const options = readOptions(
      { src: "https://chat.example/widget.js?v=1", dataset: {} },
      "https://s.example",
    );
    expect(options).toMatchObject({
      origin: "https://chat.example",
      position: "right",
      theme: "auto",
      open: false,
    });
  });

  it("takes attributes, and defaults for bent ones", () => {
    const dataset = {
      position: "left",
      theme: "blue",
      title: " ",
      color: "#123456",
      open: "",
      server: "ftp://x",
    };
    expect(readOptions({ src: "", dataset }, "https://s.example")).toMatchObject({
      origin: "https://s.example",
      position: "left",
      theme: "auto",
      title: null,
      colour: "#123456",
      open: true,
    });
  });
});

describe("storage", () => {
  it("falls back to memory when it is blocked", () => {
    const drawer = new Drawer(
      browserStorage(() => {
        throw new Error("SecurityError");
      }),
      "n:",
    );
    drawer.set("a", { b: 1 });
    expect(drawer.get("a")).toEqual({ b: 1 });
    expect(drawer.names("a")).toEqual(["a"]);
  });

  it("keeps in memory what no longer fits", () => {
    const real = {
      getItem: () => null,
      removeItem: () => undefined,
      setItem: (key: string) => {
        if (key !== "nitka:probe") throw new Error("QuotaExceededError");
      },
    } as unknown as Storage;
    const drawer = new Drawer(
      browserStorage(() => real),
      "n:",
    );
    drawer.set("out:1", "kept");
    expect(drawer.get("out:1")).toBe("kept");
  });
});
