// Makes and checks sessions.json: what docs/protocol.md says about identities, sealed datagrams and signed posts, written
// a second time and sharing nothing with LanPeer. For Node 18 or newer, which brings all it needs.
//   node sessions.mjs generate [file]  prints the file with everything that follows from its inputs computed anew; a
//                                      signature, which is random, is kept while it verifies
//   node sessions.mjs check [file]     compares the file with that and opens all that is in it; ends with 1 on any difference
import { readFileSync } from 'node:fs';
import { badAnnouncements, badOnClosed, badOnOpen, badPosts } from './sessions.bad.mjs';
import { attest, authored, readPost, sign, signedBytes, verify, writePost } from './sessions.posts.mjs';
import { Drop, hex, join, pair, unhex } from './sessions.crypto.mjs';
import {
  cookieOf, frameBody, LAST_FRAME, mac1Key, mac1Of, network, OPEN, peerId, readAnnouncement, readCookieReply, readInitiation, readResponse, readTransport,
  Window, withMac2, writeAnnouncement, writeCookieReply, writeFrames, writeInitiation, writeResponse, writeTransport,
} from './sessions.sealed.mjs';

const derived = new Map();
function netOf(file, name) {
  const inputs = file.networks.find((one) => one.name === name);
  const id = JSON.stringify([inputs?.networkName, inputs?.networkKey]);
  if (name && !derived.has(id)) derived.set(id, network(inputs));
  return name ? derived.get(id) : OPEN;
}

function identityOf(file, name) {
  const inputs = file.identities.find((one) => one.name === name);
  const [agreement, signing] = [pair(inputs.agreementPrivate), pair(inputs.signingPrivate)];
  return { agreement, signing, peerId: peerId(agreement.public, signing.public) };
}

/** One end of a session, from its inputs. */
const partyOf = (file, side) => ({
  ...identityOf(file, side.identity), ...side, index: unhex(side.index), epoch: unhex(side.epoch ?? ''), boot: unhex(side.boot),
  ephemeral: pair(side.ephemeralPrivate),
});

function computeIdentity(file, one) {
  const { agreement, signing, peerId } = identityOf(file, one.name);
  return { ...one, agreementPublic: hex(agreement.public), signingPublic: hex(signing.public), peerId };
}

function computeNetwork(file, one) {
  const { root, psk, macKey, announceKey, keyId, tag } = netOf(file, one.name);
  return { ...one, root: hex(root), psk: hex(psk), macKey: hex(macKey), announceKey: hex(announceKey), keyId: hex(keyId), tag: hex(tag) };
}

function computeSession(file, session) {
  const net = netOf(file, session.network);
  const [initiator, responder] = [partyOf(file, session.initiator), partyOf(file, session.responder)];
  const first = writeInitiation(net, initiator, responder.agreement.public);
  const initiationHash = hex(first.noise.hash);
  const second = writeResponse(first.noise.copy(), net, responder, initiator);
  const keys = second.noise.split();
  const cookies = (session.cookies ?? []).map((one) => {
    const cookie = cookieOf(one.secret, one.address, one.port);
    const reply = writeCookieReply(cookie, unhex(one.salt), responder.agreement.public, initiator.index, first.datagram);
    return { ...one, cookie: hex(cookie), reply: hex(reply), withMac2: hex(withMac2(cookie, first.datagram)) };
  });
  const transport = session.transport.map((one) => {
    const [key, to] = one.from === 'initiator' ? [keys[0], responder] : [keys[1], initiator];
    const frames = one.frames.map((frame) => frame.post ? { ...frame, text: file.posts.find(({ name }) => name === frame.post).inSession } : frame);
    const datagram = hex(writeTransport(key, to.index, one.counter, join(writeFrames(frames), unhex(one.rest ?? ''))));
    return { ...one, frames, datagram };
  });
  const made = { net, noise: first.noise, initiator, responder, initiation: first.datagram, response: second.datagram, cookie: cookies[0], keys };
  const bad = session.otherNetwork ? badOnClosed(made, netOf(file, session.otherNetwork))
    : session.stranger ? badOnOpen(made, identityOf(file, session.stranger)) : [];
  const more = (party) => ({ ephemeralPublic: hex(party.ephemeral.public), mac1Key: hex(mac1Key(net, party.agreement.public)) });
  return {
    ...session,
    initiator: { ...session.initiator, ...more(initiator) }, responder: { ...session.responder, ...more(responder) },
    initiation: hex(first.datagram), initiationHash, response: hex(second.datagram), handshakeHash: hex(second.noise.hash),
    initiatorKey: hex(keys[0]), responderKey: hex(keys[1]), cookies, transport, bad,
  };
}

function computeAnnouncement(file, one) {
  const net = netOf(file, one.network);
  const datagram = hex(writeAnnouncement(net, unhex(one.salt), one.counter, one.text));
  return { ...one, datagram, bad: one.otherNetwork ? badAnnouncements({ ...one, datagram }, net, netOf(file, one.otherNetwork)) : [] };
}

function computePost(file, post) {
  const { agreement, signing, peerId } = identityOf(file, post.identity);
  const data = signedBytes(netOf(file, post.network), peerId, post);
  const kept = Buffer.from(post.signature ?? '', 'base64');
  const signature = (verify(signing.public, data, kept) ? kept : sign(signing, data)).toString('base64');
  const fields = authored({ agreement, signing, peerId }, signature);
  const bad = post.stranger ? badPosts(post, fields, identityOf(file, post.stranger)) : [];
  return { ...post, signed: hex(data), signature, inSession: writePost(post, { SIGNATURE: signature }), text: writePost(post, fields), bad };
}

/** Posts come before the sessions, in whose frames they are. */
const SECTIONS = { identities: computeIdentity, networks: computeNetwork, posts: computePost, sessions: computeSession, announcements: computeAnnouncement };
const compute = (file) => Object.entries(SECTIONS).reduce((made, [name, one]) => ({ ...made, [name]: made[name].map((inputs) => one(made, inputs)) }), file);

let passed = 0;
const problems = [];

/** Counts what is equal, down to single values, and notes what is not. */
function same(actual, expected, where) {
  if (actual instanceof Object && expected instanceof Object) {
    for (const key of new Set([...Object.keys(actual), ...Object.keys(expected)])) same(actual[key], expected[key], `${where}.${expected[key]?.name ?? key}`);
  } else if (actual === expected) passed++;
  else problems.push(`${where}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`);
}

const outcome = (read) => {
  try { return read().drop ?? null; } catch (error) {
    if (error instanceof Drop) return error.message;
    throw error;
  }
};

/** Opens a session's datagrams as their receivers do, with nothing but the receiver's own private keys. */
function openSession(file, session) {
  const net = netOf(file, session.network);
  const [initiator, responder] = [partyOf(file, session.initiator), partyOf(file, session.responder)];
  const told = ({ index, signing, boot, port, userId }, key, epoch) =>
    ({ index: hex(index), peerId: peerId(key, signing), boot: hex(boot), port, userId, epoch });
  const expected = (side, party) =>
    ({ index: side.index, peerId: party.peerId, boot: side.boot, port: side.port, userId: side.userId, epoch: side.epoch });

  const heard = readInitiation(unhex(session.initiation), net, responder);
  same(told(heard, heard.s, hex(heard.start)), expected(session.initiator, initiator), `${session.name}: initiation opened`);
  const waiting = writeInitiation(net, initiator, responder.agreement.public).noise;
  const answer = readResponse(unhex(session.response), waiting.copy(), net, initiator);
  same(told(answer, responder.agreement.public), expected(session.responder, responder), `${session.name}: response opened`);
  const replied = writeResponse(heard.noise, net, responder, { index: heard.index, ephemeral: { public: heard.e }, agreement: { public: heard.s } });
  same(replied.noise.split().map(hex), answer.noise.split().map(hex), `${session.name}: keys of both ends`);

  const keys = answer.noise.split();
  const ways = { initiator: [keys[0], responder, new Window()], responder: [keys[1], initiator, new Window()] };
  const readers = {
    responder: {
      1: (datagram) => readInitiation(datagram, net, responder),
      4: (datagram) => readTransport(datagram, ...ways.initiator),
    },
    initiator: {
      2: (datagram) => readResponse(datagram, waiting.copy(), net, initiator),
      3: (datagram) => readCookieReply(datagram, initiator, responder.agreement.public, unhex(session.initiation)),
    },
  };
  const read = (to, data) => outcome(() => (readers[to][data[1]] ?? (() => { throw new Drop('BadFrame'); }))(data));
  same(read('responder', unhex(session.initiation)), null, `${session.name}: initiation taken`);
  same(read('initiator', unhex(session.response)), null, `${session.name}: response taken`);
  for (const { name, to, drop, hex: data } of session.bad) same(read(to, unhex(data)), drop, `${session.name}: ${name}`);

  for (const one of session.cookies) {
    const answered = unhex(session.initiation);
    const cookie = readCookieReply(unhex(one.reply), initiator, responder.agreement.public, answered);
    same(hex(withMac2(cookie, answered)), one.withMac2, `${session.name}: mac2 by the cookie opened`);
    same(hex(mac1Of(unhex(one.withMac2))), hex(mac1Of(answered)), `${session.name}: mac1 beside mac2`);
    same(cookieOf(one.secret, one.address, one.port ^ 1).equals(cookie), false, `${session.name}: cookie for another port`);
  }
  for (const one of session.transport) {
    const open = () => readTransport(unhex(one.datagram), ...ways[one.from]);
    if (one.drop === 'Replayed') {
      same(outcome(open), one.drop, `${session.name}: ${one.name}`);
      continue;
    }
    const { counter, frames, drop } = open();
    const opened = { counter: Number(counter), frames: frames.map(({ type, body }) => ({ type, body: hex(body) })), drop };
    const known = one.frames.filter(({ type }) => type <= LAST_FRAME).map((frame) => ({ type: frame.type, body: hex(frameBody(frame)) }));
    same(opened, { counter: one.counter, frames: known, drop: one.drop ?? null }, `${session.name}: ${one.name} opened`);
  }
}

function openAll(file) {
  file.sessions.forEach((session) => openSession(file, session));
  for (const { name, network: of, datagram, salt, counter, text, bad } of file.announcements) {
    const net = netOf(file, of);
    const opened = readAnnouncement(unhex(datagram), net);
    same({ salt: hex(opened.salt), counter: Number(opened.counter), text: opened.text }, { salt, counter, text }, `${name} opened`);
    for (const one of bad) same(outcome(() => readAnnouncement(unhex(one.hex), net)), one.drop, `${name}: ${one.name}`);
  }
  for (const { name, network: of, identity, userId, messageId, timestamp, content, contentType, inSession, text, bad } of file.posts) {
    const net = netOf(file, of);
    same(attest(inSession, identityOf(file, identity)), text, `${name} passed on`);
    same(readPost(text, net), { userId, messageId, timestamp, content, contentType, peerId: identityOf(file, identity).peerId }, `${name} read`);
    for (const one of bad) same(outcome(() => readPost(one.text, net)), one.drop, `${name}: ${one.name}`);
    for (const other of [null, ...file.networks.map((one) => one.name)].filter((one) => netOf(file, one).networkName !== net.networkName)) {
      same(outcome(() => readPost(text, netOf(file, other))), 'NotAuthentic', `${name}: on the network ${other}`);
    }
  }
}

const [command, path = new URL('sessions.json', import.meta.url)] = process.argv.slice(2);
if (command !== 'generate' && command !== 'check') {
  console.error('usage: node sessions.mjs generate|check [file]');
  process.exit(2);
}

const file = JSON.parse(readFileSync(path, 'utf8'));
const computed = compute(file);
if (command === 'generate') {
  process.stdout.write(JSON.stringify(computed, null, 2) + '\n');
} else {
  same(file, computed, 'file');
  try { openAll(file); } catch (error) { problems.push(`What should open does not: ${error.stack}`); }
  problems.slice(0, 20).forEach((problem) => console.error(problem));
  console.log(problems.length > 0 ? `${problems.length} checks failed` : `${passed} checks passed`);
  process.exitCode = problems.length > 0 ? 1 : 0;
}
