// The page answers every vector itself and holds it against the native engine.
import { expect, inBoth, test } from "./visitor";
import counts from "../src/generated/counts.json" with { type: "json" };

inBoth(() => {
  test("all answers are the native engine's, byte for byte", async ({ visitor: { page, word, view } }) => {
    await page.goto("");
    await view("check");
    await page.getByRole("button", { name: word("runAll") }).click();
    const tally = page.locator("[data-equal]");
    await expect(tally).toHaveAttribute("data-all", String(counts.vectors));
    await expect(tally).toHaveAttribute("data-equal", String(counts.vectors));
    console.log(`   ${await tally.innerText()}: ${await tally.getAttribute("data-milliseconds")} ms`);
  });
});

test("an answer that is another is found", async ({ visitor: { page, word, view } }) => {
  // One vector with the digest of another answer: the tally has to say so.
  const { gzipSync } = await import("node:zlib");
  const vectors = [
    { name: "nonsense", text: "{", sha256: "0".repeat(64) },
  ];
  await page.route("**/data/answers.bin", (route) => route.fulfill({ body: gzipSync(JSON.stringify(vectors)) }));
  await page.goto("");
  await view("check");
  await page.getByRole("button", { name: word("runAll") }).click();
  await expect(page.locator("[data-equal]")).toHaveAttribute("data-equal", "0");
  await expect(page.getByText("nonsense")).toBeVisible();
});
