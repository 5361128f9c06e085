// How is code tested that uses Casework? On the API in memory, with time that the test moves: no network, no waiting.

export { type Asked, type Behaviour, FAKE_URL, FakeApi, fakeToken, json, problem } from "./fake-api.js";
export { FakeSockets } from "./fake-sockets.js";
export { FakePage, type FakeParts, FakeTabs, FakeTime, fakePorts, fakeStorage, settled } from "./fake-surroundings.js";
