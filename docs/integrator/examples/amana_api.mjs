// Submits a case to the adapter's local API and follows it; Node 18 or later, nothing else.
//
//   AMANA_API=http://127.0.0.1:8700 AMANA_TOKEN_FILE=token node amana_api.mjs case.json KEY
import {readFileSync} from 'node:fs';

const token = readFileSync(process.env.AMANA_TOKEN_FILE, 'ascii').trim();

async function call(method, path, body) {
  const answer = await fetch(process.env.AMANA_API + path, {
    method,
    headers: {'Authorization': `Bearer ${token}`, 'Content-Type': 'application/json'},
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  // What is wrong is named by reason and field.
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

const item = JSON.parse(readFileSync(process.argv[2], 'utf8'));
item.key = process.argv[3];
await call('POST', '/v1/items', item);
const followed = await call('GET', `/v1/items?key=${encodeURIComponent(item.key)}`);
console.log(followed.state, followed.referral);
for (const received of (await call('GET', '/v1/inbox')).items) {
  const opened = await call('GET', `/v1/inbox/${received.id}`);
  console.log(received.urgency, received.service, Object.keys(opened.facts).sort());
}
