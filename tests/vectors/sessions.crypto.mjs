// Bytes, hashes, the cipher and the curve that the parts of sessions.mjs share.
import crypto from 'node:crypto';

export class Drop extends Error {}
export const check = (holds, reason) => { if (!holds) throw new Drop(reason); };

// Bytes.
export const bytes = (part) => typeof part === 'string' ? Buffer.from(part, 'utf8') : Buffer.from(part);
export const join = (...parts) => Buffer.concat(parts.map(bytes));
export const hex = (data) => data.toString('hex');
export const unhex = (text) => Buffer.from(text, 'hex');
export const number = (size, value) => unhex(BigInt(value).toString(16).padStart(2 * size, '0'));
export const zeros = (size) => Buffer.alloc(size);
export const fill = (data, size) => join(data, zeros(size - data.length));

// SHA-256, HMAC, HKDF-Expand (RFC 5869), AES-256-GCM with the tag behind the text.
export const sha256 = (...parts) => crypto.createHash('sha256').update(join(...parts)).digest();
export const hmac = (key, ...parts) => crypto.createHmac('sha256', key).update(join(...parts)).digest();
export const short = (data, size = 16) => data.subarray(0, size);
export const expand = (key, info, size) => short(hmac(key, info, [1]), size); // one block: size is at most 32
export const nonce = (counter) => join(zeros(4), number(8, counter));
export const LAST = 2n ** 64n - 1n; // as a counter reserved by Noise

export function seal(key, iv, associated, plain) {
  const cipher = crypto.createCipheriv('aes-256-gcm', key, iv).setAAD(associated);
  return join(cipher.update(plain), cipher.final(), cipher.getAuthTag());
}

export function unseal(key, iv, associated, sealed) {
  const cipher = crypto.createDecipheriv('aes-256-gcm', key, iv, { authTagLength: 16 }).setAAD(associated);
  cipher.setAuthTag(sealed.subarray(-16));
  try { return join(cipher.update(sealed.subarray(0, -16)), cipher.final()); } catch { throw new Drop('NotAuthentic'); }
}

// P-256.
const P = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;
const B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;
export const x = (point) => point.subarray(1, 33);
export const y = (point) => point.subarray(33);

export function checkPoint(point) {
  const [px, py] = [x(point), y(point)].map((part) => BigInt('0x' + hex(part)));
  check(point[0] === 4 && px < P && py < P && (py * py - px ** 3n + 3n * px - B) % P === 0n, 'NotAuthentic');
}

export function pair(scalar) {
  const ecdh = crypto.createECDH('prime256v1');
  ecdh.setPrivateKey(unhex(scalar));
  return { private: unhex(scalar), public: ecdh.getPublicKey(), ecdh };
}

export function dh(own, point) {
  checkPoint(point);
  return own.ecdh.computeSecret(point);
}

export function base32(data) {
  const bits = [...data].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return bits.match(/.{5}/g).map((five) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[parseInt(five, 2)]).join('');
}
