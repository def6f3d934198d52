// One client session of node-routeros against a test router:
// NODE_DIRECTORY PORT USER PASSWORD [ROUTER_OPTION ...].
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";

const [directory, port, user, password, ...options] = process.argv.slice(2);
const { RouterOSAPI } = createRequire(join(directory, "package.json"))("node-routeros");

function client(secret) {
    const tls = options.includes("--tls") ? { rejectUnauthorized: false } : undefined;
    return new RouterOSAPI({ host: "127.0.0.1", port: Number(port), user, password: secret, tls, timeout: 4 });
}

async function checkLogin() {
    const stranger = client("wrong");
    stranger.on("error", () => {});
    await assert.rejects(stranger.connect(), /username or password|user name or password|cannot log in|CANTLOGIN/i);
}

async function checkSecret(api) {
    const [{ ret }] = await api.write("/ppp/secret/add", ["=name=alice", "=password=x1", "=comment=isp:6f1c"]);
    assert.match(ret, /^\*/);
    await assert.rejects(
        api.write("/ppp/secret/add", ["=name=alice"]), /secret with the same name already exists/);
    const [alice] = await api.write("/ppp/secret/print", ["?name=alice", "=.proplist=name,disabled"]);
    assert.deepEqual({ ...alice }, { name: "alice", disabled: "false" });
    await api.write("/ppp/secret/set", [`=.id=${ret}`, "=disabled=yes"]);
    const disabled = await api.write("/ppp/secret/print", ["?disabled=true"]);
    assert.deepEqual(disabled.map((row) => row.name), ["alice"]);
    await api.write("/ppp/secret/remove", [`=.id=${ret}`]);
    await assert.rejects(api.write("/ppp/secret/remove", [`=.id=${ret}`]), /no such item/);
}

// Many commands at once: their answers may be mixed, and tags sort them out.
async function checkMany(api) {
    const names = Array.from({ length: 50 }, (_, number) => `user-${number}`);
    await Promise.all(names.map((name) => api.write("/ppp/secret/add", [`=name=${name}`])));
    const rows = await api.write("/ppp/secret/print", ["=.proplist=name"]);
    assert.deepEqual(rows.map((row) => row.name).sort(), [...names].sort());
    await api.write("/ppp/secret/remove", [`=.id=${names.join(",")}`]);
    assert.deepEqual(await api.write("/ppp/secret/print"), []);
}

async function checkListener(api) {
    const heard = new Promise((resolve) => {
        const stream = api.stream("/ppp/secret/listen", (failed, change) => {
            if (failed || !change?.name) return;
            resolve(change.name);
            stream.stop();
        });
    });
    await api.write("/ppp/secret/add", ["=name=dave"]);
    assert.equal(await heard, "dave");
    await api.write("/ppp/secret/remove", ["=.id=dave"]);
}

await checkLogin();
const api = client(password);
await api.connect();
assert.equal((await api.write("/system/identity/print"))[0].name, "rtr-01");
await checkSecret(api);
await checkMany(api);
await checkListener(api);
await api.write("#"); // Its keepalive.
await api.close();
