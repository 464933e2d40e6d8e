import { describe, expect, it } from "vitest";
import { fieldPage } from "./field-page.ts";

describe("docs/fields.md", () => {
  // Agreement: the page is written from the tables that the readers go by. `npx vitest run test/docs/fields.test.ts -u` writes it.
  it("tells what the tables of the code tell", async () => {
    await expect(fieldPage()).toMatchFileSnapshot("../../docs/fields.md");
  });
});
