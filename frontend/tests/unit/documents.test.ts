import { expect, test } from "vitest";
import { json } from "./fakes/api.js";
import { CASE, newWorld } from "./fakes/world.js";

const DOCUMENT = { id: "d", case_id: CASE, file_name: "a.pdf", status: "ready" };
const added = (more: object = {}) => json(201, { document: DOCUMENT, ...more });

test("a text goes as text", async () => {
  const { api, client } = newWorld();
  api.next = [() => added()];

  const document = await client.documents.addText(CASE, {
    file_name: "letter.txt",
    text: "שלום",
    document_type: "letter",
  });

  expect(document.id).toBe("d");
  expect(api.asked[0]).toMatchObject({ method: "POST", path: `/cases/${CASE}/documents` });
  expect(api.asked[0]?.body).toEqual({
    content_type: "text/plain",
    file_name: "letter.txt",
    text: "שלום",
    document_type: "letter",
  });
});

test("a small file goes in the request, every byte of it", async () => {
  const { api, client } = newWorld();
  api.next = [() => added()];
  const bytes = Uint8Array.from({ length: 100_000 }, (_, index) => index % 256);

  await client.documents.addFile(CASE, new File([bytes], "דוח.pdf", { type: "application/pdf" }));

  const { content_base64, ...rest } = { content_base64: "", ...(api.asked[0]?.body as object) };
  expect(rest).toEqual({ file_name: "דוח.pdf", content_type: "application/pdf" });
  expect(Buffer.from(content_base64, "base64").equals(bytes)).toBe(true);
});

test("a large file goes straight to storage, with the form that the API gave", async () => {
  const { api, client } = newWorld();
  const upload = { method: "POST", url: "https://storage.test/bucket", headers: {}, fields: { key: "k", policy: "p" } };
  api.next = [() => added({ upload })];
  api.storage = () => new Response(null, { status: 204 });
  const file = new File([new Uint8Array(5 * 1024 * 1024)], "scan.pdf", { type: "application/pdf" });

  await client.documents.addFile(CASE, file, { document_type: "medical_report" });

  const [asked, sent] = api.asked;
  const form = sent?.body as FormData;
  expect(asked?.body).toEqual({
    file_name: "scan.pdf",
    content_type: "application/pdf",
    document_type: "medical_report",
    size: 5 * 1024 * 1024,
  });
  expect(sent).toMatchObject({ path: "https://storage.test/bucket", headers: {} });
  expect([...form.keys()]).toEqual(["key", "policy", "file"]);
  expect((form.get("file") as File).size).toBe(5 * 1024 * 1024);
});

test("what may have been stored is not sent again", async () => {
  const { api, client, time } = newWorld();
  api.next = [() => Promise.reject(new TypeError("connection reset"))];

  const refused = client.documents.addText(CASE, { file_name: "a.txt", text: "a" }).catch((error: unknown) => error);
  await time.advance(60_000);

  expect(await refused).toMatchObject({ name: "NetworkError" });
  expect(api.asked).toHaveLength(1);
});

test("an upload that storage refuses is an error", async () => {
  const { api, client } = newWorld();
  api.next = [() => added({ upload: { method: "POST", url: "https://storage.test/", headers: {}, fields: {} } })];
  api.storage = () => new Response("<Error/>", { status: 403 });

  const refused = client.documents.addFile(CASE, new Blob([new Uint8Array(5 * 1024 * 1024)]), { file_name: "a.pdf" });

  await expect(refused).rejects.toMatchObject({ name: "NetworkError", status: 403 });
});
