// What is dropped, made of what is good. Part of sessions.mjs.
import { writePost } from './sessions.posts.mjs';
import { hex, join, LAST, unhex, x, zeros } from './sessions.crypto.mjs';
import {
  mac1, OPEN, payload, peerId, writeAnnouncement, writeCookieReply, writeInitiation, writeResponse, writeTransport,
} from './sessions.sealed.mjs';

const put = (datagram, at, part) => join(datagram.subarray(0, at), part, datagram.subarray(at + part.length));
const flip = (datagram, at) => put(datagram, at, [datagram[at] ^ 1]);
const flips = (datagram, places) => Object.fromEntries(Object.entries(places).map(([name, at]) => [`one bit of the ${name}`, flip(datagram, at)]));
const each = (what, make, more = '') => Object.fromEntries(Object.entries(what).map(([name, value]) => [name + more, make(value)]));
const list = (to, drop, about, datagrams) =>
  Object.entries(datagrams).map(([name, datagram]) => ({ name: `${about}: ${name}`, to, drop, hex: hex(datagram) }));

const headers = (datagram) => ({
  'version 0': put(datagram, 2, [0]),
  'version 2': put(datagram, 2, [2]),
  'reserved byte not 0': put(datagram, 3, [1]),
});
const sized = (datagram) => ({ 'a byte too short': datagram.subarray(0, -1), 'a byte too long': join(datagram, [0]), ...headers(datagram) });
const USER_IDS = {
  'without a host': 'alice', 'with an empty host': 'alice@', 'with an empty name': '@10.77.0.1', 'that begins with a blank': ' alice@10.77.0.1',
  'with a line break': 'al\nice@10.77.0.1', 'with a character that turns the text around': 'al\u202eice@10.77.0.1',
};
const wrongPayloads = (wrote) => ({
  'BOOT 0': wrote({ boot: zeros(4) }),
  'port 0': wrote({ port: 0 }),
  'user id of 0 bytes': wrote({ length: 0 }),
  'user id of 129 bytes': wrote({ length: 129 }),
  'user id that is no UTF-8': wrote({ userId: unhex('61ff4062') }),
  ...each(Object.fromEntries(Object.entries(USER_IDS).map(([name, id]) => [`user id ${name}`, id])), (id) => wrote({ userId: Buffer.from(id, 'utf8') })),
});

/** Each change twice: as it is, and with the mac1 that anybody with the receiver's public key can put there. */
const changed = (datagram, net, key, places) => {
  const remade = (changed) => put(changed, changed.length - 32, mac1(net, key, changed.subarray(0, -32)));
  return { ...flips(datagram, places), ...each(flips(datagram, places), remade, ', mac1 right') };
};

// On the curve with another b, where its order is 2: times an odd number it is itself. Whoever does not check the point
// gets the x of it for a shared secret.
const X = unhex('01'.repeat(32));
const orderOf2 = () => join([4], X, zeros(32));
const POINTS = {
  'of order 2 on another curve': orderOf2,
  'zeros': () => zeros(65),
  '0, 0': () => join([4], zeros(64)),
  'the right one, a bit of y changed': (own) => flip(own, 64),
  'the right one in hybrid form': (own) => join([6 + (own[64] & 1)], own.subarray(1)),
  'the right one compressed, and zeros': (own) => join([2 + (own[64] & 1)], x(own), zeros(32)),
  'one with 5 + p for the x of 5': () => join([4],
    unhex('ffffffff00000001000000000000000000000001000000000000000000000004'),
    unhex('459243b9aa581806fe913bce99817ade11ca503c64d9a3c533415c083248fbcc')),
};
const points = (own, part, secrets, write) => each(POINTS, (point) =>
  write({ [part]: point(own), ...(point === orderOf2 ? Object.fromEntries(secrets.map((name) => [name, X])) : {}) }));

function badInitiations({ net, initiator, responder, initiation }, stranger) {
  const to = responder.agreement.public;
  const write = (other) => writeInitiation(net, initiator, to, other).datagram;
  const wrote = (other) => write({ payload: payload(initiator.epoch, initiator, other) });
  const another = stranger.agreement.public;
  return [
    ...list('responder', 'BadFrame', 'initiation', sized(initiation)),
    ...list('responder', 'OtherNetwork', 'initiation', {
      ...changed(initiation, net, to, { 'key id': 7 }),
      'key id of some closed network': write({ keyId: unhex('00000001') }),
    }),
    ...list('responder', 'NotAuthentic', 'initiation', {
      ...changed(initiation, net, to, {
        'sender index': 11, 'ephemeral key': 50, 'static key': 77, 'tag of the static key': 157, 'payload': 158, 'tag of the payload': 385,
      }),
      ...flips(initiation, { mac1: 386 }),
      ...wrongPayloads(wrote),
      'for another receiver': write({ noiseKey: another, macKey: another }),
      'for another receiver, mac1 right': write({ noiseKey: another }),
      'mac1 for another receiver': write({ macKey: another }),
      'static key of somebody else': write({ s: another }),
    }),
    ...list('responder', 'NotAuthentic', 'ephemeral key', points(initiator.ephemeral.public, 'e', ['es'], write)),
    ...list('responder', 'NotAuthentic', 'static key', points(initiator.agreement.public, 's', ['ss'], write)),
    ...list('responder', 'NotAuthentic', 'signing key', points(initiator.signing.public, 'signing', [], wrote)),
  ];
}

function badResponses({ net, noise, initiator, responder, response }, stranger) {
  const write = (other, from = responder) => writeResponse(noise.copy(), net, from, initiator, other).datagram;
  const wrote = (other) => write({ payload: payload(responder.index, responder, other) });
  return [
    ...list('initiator', 'BadFrame', 'response', sized(response)),
    ...list('initiator', 'UnknownSession', 'response', {
      ...changed(response, net, initiator.agreement.public, { 'receiver index': 11 }),
      'to another initiation, mac1 right': write({ index: stranger.agreement.public.subarray(1, 5) }),
    }),
    ...list('initiator', 'NotAuthentic', 'response', {
      ...changed(response, net, initiator.agreement.public, { 'sender index': 7, 'ephemeral key': 50, 'payload': 77, 'tag of the payload': 300 }),
      ...flips(response, { mac1: 301 }),
      ...wrongPayloads(wrote),
      'another shared secret, mac1 right': write({ se: X }),
      'another pre-shared key, mac1 right': write({ psk: X }),
    }),
    ...list('initiator', 'NotAuthentic', 'ephemeral key of a response', points(responder.ephemeral.public, 'e', ['ee', 'se'], write)),
    ...list('initiator', 'NotAuthentic', 'signing key in a response', points(responder.signing.public, 'signing', [], wrote)),
  ];
}

function badCookieReplies({ initiator, responder, initiation, response, cookie }, stranger) {
  const write = (key, answered) => writeCookieReply(unhex(cookie.cookie), unhex(cookie.salt), key, initiator.index, answered);
  return [
    ...list('initiator', 'BadFrame', 'cookie reply', sized(unhex(cookie.reply))),
    ...list('initiator', 'UnknownSession', 'cookie reply', flips(unhex(cookie.reply), { 'receiver index': 7 })),
    ...list('initiator', 'NotAuthentic', 'cookie reply', {
      ...flips(unhex(cookie.reply), { 'salt': 8, 'cookie': 24, 'tag': 55 }),
      'from somebody else': write(stranger.agreement.public, initiation),
      'to another datagram': write(responder.agreement.public, response),
    }),
  ];
}

function badTransport({ responder, keys }) {
  const [ping, counter] = [unhex('020000'), 2 ** 32 + 100];
  const good = writeTransport(keys[0], responder.index, counter, ping);
  return [
    ...list('responder', 'BadFrame', 'transport', {
      '31 bytes': good.subarray(0, 31), 'the header alone': good.subarray(0, 16), 'byte 2 not 0': put(good, 2, [1]), 'byte 3 not 0': put(good, 3, [1]),
    }),
    ...list('responder', 'UnknownSession', 'transport', flips(good, { 'receiver index': 7 })),
    ...list('responder', 'Replayed', 'transport', { 'the last counter, which is reserved': writeTransport(keys[0], responder.index, LAST, ping) }),
    ...list('responder', 'NotAuthentic', 'transport', {
      ...flips(good, { 'counter': 15, 'frames': 16, 'tag': good.length - 1 }),
      'a byte too short': good.subarray(0, -1),
      'a byte too long': join(good, [0]),
      'sealed with the key of the other direction': writeTransport(keys[1], responder.index, counter, ping),
    }),
  ];
}

/** What a peer of an open network drops; `stranger` is an identity that has no part in the session. */
export const badOnOpen = (session, stranger) => [
  ...list('responder', 'BadFrame', 'sealed', {
    'first byte alone': unhex('f5'), ...each({ 'type 0': [0], 'type 6': [6], 'type 255': [255] }, (type) => put(session.initiation, 1, type)),
  }),
  ...badInitiations(session, stranger),
  ...badResponses(session, stranger),
  ...badCookieReplies(session, stranger),
  ...badTransport(session),
];

/** What a peer of a closed network drops; `other` is a network of another key. */
export function badOnClosed({ net, noise, initiator, responder }, other) {
  const write = (of, more) => writeInitiation(of, initiator, responder.agreement.public, more).datagram;
  const answer = (more) => writeResponse(noise.copy(), net, responder, initiator, more).datagram;
  return [
    ...list('responder', 'OtherNetwork', 'initiation', {
      'of an open network': write(OPEN),
      'without a key id, mac1 right': write(net, { keyId: OPEN.keyId }),
      'of another network': write(other),
      'with the key id of another network, mac1 right': write(net, { keyId: other.keyId }),
    }),
    ...list('responder', 'NotAuthentic', 'initiation', {
      'of an open network, with the key id': write(OPEN, { keyId: net.keyId }),
      'of another network, with the key id': write(other, { keyId: net.keyId }),
    }),
    ...list('initiator', 'NotAuthentic', 'response', {
      'without a pre-shared key, mac1 right': answer({ psk: OPEN.psk }),
      'with the pre-shared key of another network, mac1 right': answer({ psk: other.psk }),
    }),
  ];
}

export function badAnnouncements({ salt, counter, text, datagram }, net, other) {
  const good = unhex(datagram);
  return [
    ...list('network', 'BadFrame', 'announcement', { '52 bytes': good.subarray(0, 52), 'the header alone': good.subarray(0, 36), ...headers(good) }),
    ...list('network', 'OtherNetwork', 'announcement', flips(good, { 'network tag': 7 })),
    ...list('network', 'WrongNetworkKey', 'announcement', {
      ...flips(good, { 'key id': 11 }),
      'of a network of the same name with another key': writeAnnouncement(other, unhex(salt), counter, text),
    }),
    ...list('network', 'NotAuthentic', 'announcement', {
      ...flips(good, { 'salt': 27, 'counter': 35, 'text': 36, 'tag': good.length - 1 }),
      'the last counter, which is reserved': writeAnnouncement(net, unhex(salt), LAST, text),
      'a byte too short': good.subarray(0, -1),
      'sealed with another key': writeAnnouncement({ ...other, keyId: net.keyId }, unhex(salt), counter, text),
    }),
  ];
}

/** DER, as ECDSA signatures are often written. */
function der(signature) {
  const integer = (part) => {
    const digits = hex(part).replace(/^(00)+/, '').replace(/^[89a-f]/, '00$&');
    return join([2, digits.length / 2], unhex(digits));
  };
  const both = join(integer(signature.subarray(0, 32)), integer(signature.subarray(32)));
  return join([0x30, both.length], both);
}

export function badPosts(post, fields, stranger) {
  const signature = Buffer.from(fields.SIGNATURE, 'base64');
  const signKey = stranger.signing.public.toString('base64');
  const signed = (data) => writePost(post, { ...fields, SIGNATURE: data.toString('base64') });
  return Object.entries({
    'another content': writePost({ ...post, content: post.content + '!' }, fields),
    'another USER_ID': writePost({ ...post, userId: 'b' + post.userId.slice(1) }, fields),
    'a character moved from USER_ID to MESSAGE_ID':
      writePost({ ...post, userId: post.userId.slice(0, -1), messageId: post.userId.slice(-1) + post.messageId }, fields),
    'another MESSAGE_ID': writePost({ ...post, messageId: '0' + post.messageId.slice(1) }, fields),
    'the same TIMESTAMP, written otherwise': writePost({ ...post, timestamp: '+' + post.timestamp }, fields),
    'a digit of MESSAGE_ID moved to TIMESTAMP':
      writePost({ ...post, messageId: post.messageId.slice(0, -1), timestamp: post.messageId.slice(-1) + post.timestamp }, fields),
    [post.contentType ? 'data that became a text' : 'a text that became data']:
      writePost({ ...post, contentType: post.contentType ? undefined : 'json' }, fields),
    'PEER_ID of somebody else': writePost(post, { ...fields, PEER_ID: stranger.peerId }),
    'KEY of somebody else': writePost(post, { ...fields, KEY: stranger.agreement.public.toString('base64') }),
    'SIGN_KEY of somebody else': writePost(post, { ...fields, SIGN_KEY: signKey }),
    'SIGN_KEY of somebody else, with the PEER_ID it makes':
      writePost(post, { ...fields, PEER_ID: peerId(Buffer.from(fields.KEY, 'base64'), stranger.signing.public), SIGN_KEY: signKey }),
    'one bit of the signature': signed(flip(signature, 63)),
    'a signature of zeros': signed(zeros(64)),
    'a signature a byte too short': signed(signature.subarray(0, 63)),
    'the signature in DER': signed(der(signature)),
  }).map(([name, text]) => ({ name, drop: 'NotAuthentic', text }));
}
