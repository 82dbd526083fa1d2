// Signed posts, after docs/protocol.md. Part of sessions.mjs.
import crypto from 'node:crypto';
import { bytes, check, checkPoint, join, number, x, y } from './sessions.crypto.mjs';
import { peerId } from './sessions.sealed.mjs';

const jwk = (point, d) => ({ kty: 'EC', crv: 'P-256', x: x(point).toString('base64url'), y: y(point).toString('base64url'), d });
const escapes = { '\n': '\\n', '\r': '\\r', '\0': '\\0', '\\': '\\\\' };
const unescapes = Object.fromEntries(Object.entries(escapes).map(([raw, escaped]) => [escaped, raw]));

export const signedBytes = (net, id, { userId, messageId, timestamp, content, contentType }) =>
  join(...['LanPeer POST 1', net.networkName, id, userId, messageId, timestamp, content, ...(contentType ? [contentType] : [])].flatMap((part) => [number(4, bytes(part).length), part]));

export function sign(own, data) {
  const key = crypto.createPrivateKey({ format: 'jwk', key: jwk(own.public, own.private.toString('base64url')) });
  return crypto.sign('sha256', data, { key, dsaEncoding: 'ieee-p1363' });
}

export function verify(point, data, signature) {
  checkPoint(point);
  const key = crypto.createPublicKey({ format: 'jwk', key: jwk(point) });
  return signature.length === 64 && crypto.verify('sha256', data, { key, dsaEncoding: 'ieee-p1363' }, signature);
}

export function writePost(post, fields) {
  const isEscaped = /[\n\r\0]/.test(post.content);
  const content = isEscaped ? post.content.replace(/[\n\r\0\\]/g, (raw) => escapes[raw]) : post.content;
  const lines = { TYPE: 'POST', USER_ID: post.userId, CONTENT: content, TIMESTAMP: post.timestamp, MESSAGE_ID: post.messageId };
  if (isEscaped) lines.CONTENT_ENCODING = 'escape';
  if (post.contentType) lines.CONTENT_TYPE = post.contentType;
  return Object.entries({ ...lines, ...fields }).map(([key, value]) => `${key}:${value}\n`).join('') + '\n';
}

/** What a post says of its author behind its other fields, once it has left the session. */
export const authored = ({ agreement, signing, peerId }, signature) =>
  ({ PEER_ID: peerId, KEY: agreement.public.toString('base64'), SIGN_KEY: signing.public.toString('base64'), SIGNATURE: signature });

/** Makes of a post that came in a session with somebody what is passed on. */
export function attest(text, author) {
  const lines = text.split('\n').filter(Boolean);
  const signature = lines.pop().slice('SIGNATURE:'.length);
  return [...lines, ...Object.entries(authored(author, signature)).map(([key, value]) => `${key}:${value}`), '', ''].join('\n');
}

export function readPost(text, net) {
  const lines = Object.fromEntries(text.split('\n').filter(Boolean).map((line) => /^(.*?):(.*)$/s.exec(line).slice(1)));
  const [key, signKey, signature] = ['KEY', 'SIGN_KEY', 'SIGNATURE'].map((name) => Buffer.from(lines[name], 'base64'));
  const content = lines.CONTENT_ENCODING === 'escape' ? lines.CONTENT.replace(/\\./g, (escaped) => unescapes[escaped]) : lines.CONTENT;
  const post = { userId: lines.USER_ID, messageId: lines.MESSAGE_ID, timestamp: lines.TIMESTAMP, content, contentType: lines.CONTENT_TYPE };
  checkPoint(key);
  check(lines.PEER_ID === peerId(key, signKey), 'NotAuthentic');
  check(verify(signKey, signedBytes(net, lines.PEER_ID, post), signature), 'NotAuthentic');
  return { ...post, peerId: lines.PEER_ID };
}
