import { expect, test } from "vitest";
import type { NewDocument } from "../../src/api.js";
import type { Behaviour } from "../../src/testing/index.js";
import { json, problem } from "../../src/testing/index.js";
import { CASE, newWorld, settled } from "./fakes/world.js";

const DOCUMENT = { id: "d", case_id: CASE, file_name: "a.pdf", status: "ready" };
const AWAITING = { ...DOCUMENT, status: "awaiting_upload" };
const UPLOAD = { method: "POST", url: "https://storage.test/bucket", headers: {}, fields: { key: "k", policy: "p" } };
/** What the API takes. */
const TYPES: Exclude<NonNullable<NewDocument["content_type"]>, "">[] = [
  ...(["application/pdf", "text/plain", "text/html", "text/rtf", "message/rfc822"] as const),
  ...(["image/png", "image/jpeg", "image/heic", "image/heif", "image/webp", "image/tiff"] as const),
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
];
const added: Behaviour = () => json(201, { document: DOCUMENT });
const awaiting: Behaviour = () => json(201, { document: AWAITING, upload: UPLOAD });
const listed: Behaviour = () => json(200, { documents: [DOCUMENT], count: 1 });
const deleted: Behaviour = () => new Response(null, { status: 204 });
const large = () => new File([new Uint8Array(300 * 1024)], "scan.pdf", { type: "application/pdf" });

/** Everything that was asked of a world, as method and path. */
const asked = ({ api }: ReturnType<typeof newWorld>) => api.asked.map(({ method, path }) => `${method} ${path}`);

test("a text goes as text", async () => {
  const { api, client } = newWorld();
  api.next = [added];

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
  api.next = [added];
  const bytes = Uint8Array.from({ length: 100_000 }, (_, index) => index % 256);
  const progress: number[] = [];

  await client.documents.upload(CASE, new File([bytes], "דוח.pdf", { type: "application/pdf" }), {
    onProgress: ({ sent }) => progress.push(sent),
  });

  const { content_base64, ...rest } = { content_base64: "", ...(api.asked[0]?.body as object) };
  expect(rest).toEqual({ file_name: "דוח.pdf", content_type: "application/pdf" });
  expect(Buffer.from(content_base64, "base64").equals(bytes)).toBe(true);
  expect(progress).toEqual([100_000]);
});

test.each([
  ["without a type", new File(["x"], "report.pdf"), {}],
  ["with an empty type that is passed on", new File(["x"], "report.pdf"), { content_type: "" }],
])("a file %s, as Windows gives it, leaves the type to the API", async (_, file, options) => {
  const { api, client } = newWorld();
  api.next = [added];

  await client.documents.upload(CASE, file, options);

  expect(api.asked[0]?.body).toEqual({ file_name: "report.pdf", content_base64: btoa("x") });
});

test.each([
  ["letter.rtf", "application/rtf"], // Firefox, Chrome
  ["letter.rtf", "application/msword"], // Windows with Word
  ["scan.jpg", "image/jpg"], // old Android
  ["notes.md", "text/markdown"],
])("what a browser calls %s otherwise than the API, %s, is left to the API", async (name, type) => {
  const { api, client } = newWorld();
  api.next = [added, added];

  await client.documents.upload(CASE, new File(["x"], name, { type }));
  await client.documents.upload(CASE, new File(["x"], name), { content_type: type });

  expect(api.asked.map(({ body }) => body)).toEqual([
    { file_name: name, content_base64: btoa("x") },
    { file_name: name, content_base64: btoa("x"), content_type: type }, // said by the page: the API refuses it
  ]);
});

test.each(TYPES)("a file of type %s says so", async (type) => {
  const { api, client } = newWorld();
  api.next = [added];

  await client.documents.upload(CASE, new File(["x"], "x", { type: `${type};charset=utf-8` }));

  expect(api.asked[0]?.body).toMatchObject({ content_type: type });
});

test("a file above 256 KB goes straight to storage, and is read as it is then", async () => {
  const world = newWorld();
  const { api, client } = world;
  api.next = [awaiting, listed];
  api.storage = deleted;
  const progress: number[] = [];

  const document = await client.documents.upload(CASE, large(), {
    document_type: "medical_report",
    onProgress: ({ sent }) => progress.push(sent),
  });

  const [first, sent] = api.asked;
  const form = sent?.body as FormData;
  expect(document.status).toBe("ready");
  expect(first?.body).toEqual({
    file_name: "scan.pdf",
    content_type: "application/pdf",
    document_type: "medical_report",
    size: 300 * 1024,
  });
  expect(sent).toMatchObject({ path: "https://storage.test/bucket", headers: {} });
  expect([...form.keys()]).toEqual(["key", "policy", "file"]);
  expect((form.get("file") as File).size).toBe(300 * 1024);
  expect(progress).toEqual([0, 300 * 1024]);
  expect(asked(world).at(-1)).toBe(`GET /cases/${CASE}/documents`);
});

test("what may have been stored is sent again under its key", async () => {
  const { api, client, time } = newWorld();
  api.next = [() => Promise.reject(new TypeError("connection reset")), added];

  const adding = client.documents.addText(CASE, { file_name: "a.txt", text: "a" });
  await time.advance(5_000);

  expect((await adding).id).toBe("d");
  expect(api.asked.map(({ headers }) => headers["Idempotency-Key"])).toEqual(["key-1", "key-1"]);
});

test("an upload that storage refuses is an error with storage's own reason, and leaves no document", async () => {
  const world = newWorld();
  const { api, client } = world;
  api.next = [awaiting, deleted];
  api.storage = () => new Response("<Error><Code>EntityTooLarge</Code></Error>", { status: 400 });

  const refused = client.documents.upload(CASE, large());

  await expect(refused).rejects.toMatchObject({
    ...{ name: "UploadError", status: 400, reason: "EntityTooLarge", documentId: null },
    message: "Storage refused the upload (400 EntityTooLarge).",
  });
  expect(asked(world).at(-1)).toBe(`DELETE /cases/${CASE}/documents/d`);
});

test("a document that could not be deleted again is named in the error", async () => {
  const { api, client, time } = newWorld();
  api.next = [awaiting, () => problem(409, "not_finished")];
  api.storage = () => new Response("", { status: 403 });

  const refused = client.documents.upload(CASE, large()).catch((error: unknown) => error);
  await time.advance(60_000);

  expect(await refused).toMatchObject({ name: "UploadError", documentId: "d" });
});

test("a storage that is busy is asked again; it keeps the form's key, so that it holds one object", async () => {
  const { api, client, time } = newWorld();
  api.next = [awaiting, listed];
  let tries = 0;
  api.storage = () => new Response(null, { status: ++tries === 1 ? 503 : 204 });

  const uploading = client.documents.upload(CASE, large());
  await time.advance(5_000);

  expect(await uploading).toMatchObject({ status: "ready" });
  expect(tries).toBe(2);
});

test("an aborted upload ends at once with the reason, and leaves no document", async () => {
  const world = newWorld();
  const { api, client } = world;
  api.next = [awaiting, deleted];
  api.storage = ({ signal }) =>
    new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
  const leaving = new AbortController();

  const given = client.documents.upload(CASE, large(), { signal: leaving.signal }).catch((reason: unknown) => reason);
  await settled();
  leaving.abort("the user left");

  expect(await given).toBe("the user left");
  await settled();
  expect(asked(world).at(-1)).toBe(`DELETE /cases/${CASE}/documents/d`);
});

test("a file that was changed after it was chosen is an error that says so", async () => {
  const { api, client } = newWorld();
  const gone = new File(["x"], "a.pdf", { type: "application/pdf" });
  gone.arrayBuffer = () => Promise.reject(new DOMException("It could not be read", "NotReadableError"));

  await expect(client.documents.upload(CASE, gone)).rejects.toMatchObject({
    name: "UploadError",
    message: "The file cannot be read. It was changed or moved after it was chosen.",
  });
  expect(api.asked).toEqual([]);
});

test("a listener of progress that throws is reported, and the file arrives", async () => {
  const { api, client, reported } = newWorld();
  api.next = [awaiting, listed];
  api.storage = deleted;

  const document = await client.documents.upload(CASE, large(), {
    onProgress() {
      throw new Error("mine");
    },
  });

  expect(document.status).toBe("ready");
  expect(reported).toHaveLength(2);
});

test("deleting is repeated, and what is gone after a lost answer was deleted", async () => {
  const { api, client, time } = newWorld();
  api.next = [() => Promise.reject(new TypeError("connection reset")), () => problem(404, "not_found")];

  const deleting = client.documents.delete(CASE, "d");
  await time.advance(5_000);

  await expect(deleting).resolves.toBeUndefined();
  await expect(client.documents.delete(CASE, "d")).rejects.toMatchObject({ code: "not_found" });
});
