// Keeps the page on the machine: what it needs to start is stored at the first visit, the rest when it is first used.
const VERSION = "%VERSION%";
const FIRST = ["./", "%FIRST%"];
const CACHE = `lexgate-${VERSION}`;

addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FIRST)).then(() => skipWaiting()));
});

addEventListener("activate", (event) => {
  const old = async () => {
    const names = await caches.keys();
    await Promise.all(names.filter((n) => n.startsWith("lexgate-") && n !== CACHE).map((n) => caches.delete(n)));
    await clients.claim();
  };
  event.waitUntil(old());
});

addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || new URL(request.url).origin !== location.origin) return;
  event.respondWith(answer(request));
});

/** A page comes from the network when there is one, so that new law arrives; everything else from the store. */
async function answer(request) {
  const cache = await caches.open(CACHE);
  if (request.mode === "navigate") {
    try {
      return await fetch(request);
    } catch {
      return (await cache.match(request, { ignoreSearch: true })) ?? (await cache.match("./"));
    }
  }
  const found = await cache.match(request);
  if (found !== undefined) return found;
  const response = await fetch(request);
  if (response.ok) await cache.put(request, response.clone());
  return response;
}
