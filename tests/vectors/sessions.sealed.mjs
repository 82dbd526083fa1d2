// Identities, networks and sealed datagrams, after docs/protocol.md and Noise, revision 34. Part of sessions.mjs.
import crypto from 'node:crypto';
import {
  base32, bytes, check, checkPoint, dh, expand, fill, hex, hmac, join, LAST, nonce, number, seal, sha256, short, unhex, unseal, zeros,
} from './sessions.crypto.mjs';

export const peerId = (agreement, signing) => base32(short(sha256('LanPeer PEER_ID 1', agreement, signing), 20));

// Noise_IKpsk2, the symmetric state. Message 1 is e, es, s, ss; message 2 is e, ee, se, psk.
class Noise {
  constructor(prologue, responderKey) {
    this.hash = this.chain = fill(bytes('Noise_IKpsk2_P256_AESGCM_SHA256'), 32);
    this.mixHash(join('LanPeer session 1', prologue));
    this.mixHash(responderKey);
  }

  copy() { return Object.assign(Object.create(Noise.prototype), this); }

  derive(input, count) {
    const key = hmac(this.chain, input);
    const out = [zeros(0)];
    for (let i = 1; i <= count; i++) out.push(hmac(key, out[i - 1], [i]));
    return out.slice(1);
  }

  mixHash(data) { this.hash = sha256(this.hash, data); }
  mixKey(input) { [this.chain, this.key] = this.derive(input, 2); this.count = 0; }
  mixEphemeral(point) { this.mixHash(point); this.mixKey(point); }

  mixPsk(psk) {
    const [chain, hash, key] = this.derive(psk, 3);
    this.mixHash(hash);
    Object.assign(this, { chain, key, count: 0 });
  }

  seal(plain) {
    const sealed = seal(this.key, nonce(this.count++), this.hash, plain);
    this.mixHash(sealed);
    return sealed;
  }

  unseal(sealed) {
    const plain = unseal(this.key, nonce(this.count++), this.hash, sealed);
    this.mixHash(sealed);
    return plain;
  }

  split() { return this.derive(zeros(0), 2); }
}

// Networks, mac1 and cookies.
export const OPEN = { networkName: '', keyId: zeros(4), psk: zeros(32), macKey: zeros(0) };

export function network({ networkName, networkKey }) {
  const root = crypto.pbkdf2Sync(networkKey, join('LanPeer network 1', networkName), 600_000, 32, 'sha256');
  const id = expand(root, 'key id', 4);
  return {
    networkName, root, psk: expand(root, 'psk', 32), macKey: expand(root, 'mac', 32), announceKey: expand(root, 'announce', 32),
    keyId: id.equals(zeros(4)) ? number(4, 1) : id, tag: short(sha256('LanPeer network 1', networkName), 4),
  };
}

export const mac1Key = (net, receiverKey) => sha256('LanPeer mac1 1', receiverKey, net.macKey);
export const mac1 = (net, receiverKey, front) => short(hmac(mac1Key(net, receiverKey), front));
export const mac1Of = (datagram) => datagram.subarray(-32, -16);
const withMac1 = (net, receiverKey, front) => join(front, mac1(net, receiverKey, front), zeros(16));
export const withMac2 = (cookie, datagram) => join(datagram.subarray(0, -16), short(hmac(cookie, datagram.subarray(0, -16))));
export const cookieOf = (secret, address, port) => short(hmac(unhex(secret), address.split('.').map(Number), number(2, port)));
const cookieKey = (replierKey, salt) => hmac(sha256('LanPeer cookie 1', replierKey), salt);

export function writeCookieReply(cookie, salt, replierKey, index, answered) {
  return join([0xf5, 3, 1, 0], index, salt, seal(cookieKey(replierKey, salt), zeros(12), mac1Of(answered), cookie));
}

// Writing. What is in `other` replaces a step, which is how datagrams that are bad in one thing only are made.
export function payload(start, me, other = {}) {
  const is = { boot: me.boot, port: me.port, signing: me.signing.public, userId: bytes(me.userId), ...other };
  return join(start, is.boot, zeros(4), number(2, is.port), is.signing, [is.length ?? is.userId.length], fill(is.userId, 128));
}

export function writeInitiation(net, me, to, other = {}) {
  const is = {
    keyId: net.keyId, noiseKey: to, macKey: to, e: me.ephemeral.public, s: me.agreement.public,
    es: dh(me.ephemeral, other.noiseKey ?? to), ss: dh(me.agreement, other.noiseKey ?? to), payload: payload(me.epoch, me), ...other,
  };
  const header = join([0xf5, 1, 1, 0], is.keyId, me.index);
  const noise = new Noise(header, is.noiseKey);
  noise.mixEphemeral(is.e);
  noise.mixKey(is.es);
  const s = noise.seal(is.s);
  noise.mixKey(is.ss);
  const front = join(header, is.e, s, noise.seal(is.payload));
  return { noise, datagram: withMac1(net, is.macKey, front) };
}

export function writeResponse(noise, net, me, peer, other = {}) {
  const is = {
    index: peer.index, e: me.ephemeral.public, ee: dh(me.ephemeral, peer.ephemeral.public), se: dh(me.ephemeral, peer.agreement.public),
    psk: net.psk, payload: payload(me.index, me), ...other,
  };
  noise.mixEphemeral(is.e);
  noise.mixKey(is.ee);
  noise.mixKey(is.se);
  noise.mixPsk(is.psk);
  const front = join([0xf5, 2, 1, 0], me.index, is.index, is.e, noise.seal(is.payload));
  return { noise, datagram: withMac1(net, peer.agreement.public, front) };
}

export function writeTransport(key, index, counter, frames) {
  const header = join([0xf5, 4, 0, 0], index, number(8, counter));
  return join(header, seal(key, nonce(counter), header, frames));
}

/** The largest frame type this document has. */
export const LAST_FRAME = 8;

/** A MESSAGE in one piece: stream, sequence, total, offset 0, text. */
export const frameBody = (frame) => frame.text === undefined ? unhex(frame.hex)
  : join(number(8, frame.stream), number(8, frame.sequence), number(4, bytes(frame.text).length), number(4, 0), bytes(frame.text));
export const writeFrames = (frames) => join(...frames.map((frame) => join([frame.type], number(2, frameBody(frame).length), frameBody(frame))));

export function writeAnnouncement(net, salt, counter, text) {
  const header = join([0xf5, 5, 1, 0], net.tag, net.keyId, salt, number(8, counter));
  return join(header, seal(expand(net.announceKey, salt, 32), nonce(counter), header, bytes(text)));
}

// Reading.
function checkFrame(datagram, type) {
  const size = datagram.length;
  check(datagram[0] === 0xf5 && datagram[1] === type, 'BadFrame');
  check({ 1: size === 418, 2: size === 333, 3: size === 56, 4: size >= 32, 5: size >= 53 }[type], 'BadFrame');
  check(datagram[2] === (type === 4 ? 0 : 1) && datagram[3] === 0, 'BadFrame');
}

/** A name and a host in UTF-8. The finer points of the rule are in user-ids.json. */
function isUserId(data) {
  const text = data.toString('utf8');
  return bytes(text).equals(data) && /^[^ ].*@.*[^ ]$|^[^ ]@[^ ]$/su.test(text) && !/[\p{Cc}\p{Bidi_C}]/u.test(text);
}

function readPayload(plain, start) {
  const size = plain[start + 75];
  const [boot, port] = [plain.subarray(start, start + 4), plain.readUInt16BE(start + 8)];
  const [signing, userId] = [plain.subarray(start + 10, start + 75), plain.subarray(start + 76, start + 76 + size)];
  check(size <= 128 && !boot.equals(zeros(4)) && port > 0 && isUserId(userId), 'NotAuthentic');
  checkPoint(signing);
  return { start: plain.subarray(0, start), boot, port, signing, userId: userId.toString('utf8') };
}

export function readInitiation(datagram, net, me) {
  checkFrame(datagram, 1);
  check(datagram.subarray(4, 8).equals(net.keyId), 'OtherNetwork');
  check(mac1Of(datagram).equals(mac1(net, me.agreement.public, datagram.subarray(0, 386))), 'NotAuthentic');
  const noise = new Noise(datagram.subarray(0, 12), me.agreement.public);
  const e = datagram.subarray(12, 77);
  noise.mixEphemeral(e);
  noise.mixKey(dh(me.agreement, e));
  const s = noise.unseal(datagram.subarray(77, 158));
  noise.mixKey(dh(me.agreement, s));
  const plain = noise.unseal(datagram.subarray(158, 386));
  return { noise, index: datagram.subarray(8, 12), e, s, ...readPayload(plain, 8) };
}

export function readResponse(datagram, noise, net, me) {
  checkFrame(datagram, 2);
  check(datagram.subarray(8, 12).equals(me.index), 'UnknownSession');
  check(mac1Of(datagram).equals(mac1(net, me.agreement.public, datagram.subarray(0, 301))), 'NotAuthentic');
  const e = datagram.subarray(12, 77);
  noise.mixEphemeral(e);
  noise.mixKey(dh(me.ephemeral, e));
  noise.mixKey(dh(me.agreement, e));
  noise.mixPsk(net.psk);
  const read = readPayload(noise.unseal(datagram.subarray(77, 301)), 4);
  check(read.start.equals(datagram.subarray(4, 8)), 'NotAuthentic');
  return { noise, index: read.start, e, ...read };
}

export function readCookieReply(datagram, me, replierKey, answered) {
  checkFrame(datagram, 3);
  check(datagram.subarray(4, 8).equals(me.index), 'UnknownSession');
  return unseal(cookieKey(replierKey, datagram.subarray(8, 24)), zeros(12), mac1Of(answered), datagram.subarray(24));
}

/** Which counters have come. For as many as the vectors have, it may remember all. */
export class Window {
  seen = new Set();
  newest = -1n;

  mayTake(counter) { return counter < LAST && this.newest - counter < 2048n && !this.seen.has(counter); }

  take(counter) {
    this.seen.add(counter);
    this.newest = counter > this.newest ? counter : this.newest;
  }
}

export function readTransport(datagram, key, me, window) {
  checkFrame(datagram, 4);
  check(datagram.subarray(4, 8).equals(me.index), 'UnknownSession');
  const counter = datagram.readBigUInt64BE(8);
  check(window.mayTake(counter), 'Replayed');
  let rest = unseal(key, nonce(counter), datagram.subarray(0, 16), datagram.subarray(16));
  window.take(counter);
  const frames = [];
  while (rest.length >= 3 && rest.length >= 3 + rest.readUInt16BE(1)) {
    const end = 3 + rest.readUInt16BE(1);
    if (rest[0] <= LAST_FRAME) frames.push({ type: rest[0], body: rest.subarray(3, end) });
    rest = rest.subarray(end);
  }
  return { counter, frames, drop: rest.length > 0 ? 'BadFrame' : null };
}

export function readAnnouncement(datagram, net) {
  checkFrame(datagram, 5);
  check(datagram.subarray(4, 8).equals(net.tag), 'OtherNetwork');
  check(datagram.subarray(8, 12).equals(net.keyId), 'WrongNetworkKey');
  const [salt, counter] = [datagram.subarray(12, 28), datagram.readBigUInt64BE(28)];
  check(counter < LAST, 'NotAuthentic');
  const text = unseal(expand(net.announceKey, salt, 32), nonce(counter), datagram.subarray(0, 36), datagram.subarray(36));
  return { salt, counter, text: text.toString('utf8') };
}
