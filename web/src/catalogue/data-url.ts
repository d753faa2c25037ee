/** Small pictures as addresses that hold them. */

/** Bytes turned into text at once where the browser has no function for the whole. */
const PART = 0x6000;

/**
 * The address of a JPEG. Of a blob browsers fetch the bytes back through another process, which takes three times as
 * long as showing the picture; what is in the address itself is there at once.
 */
export function jpegUrl(jpeg: Uint8Array): string {
  return `data:image/jpeg;base64,${base64(jpeg)}`;
}

function base64(bytes: Uint8Array & { toBase64?: () => string }): string {
  if (bytes.toBase64) return bytes.toBase64();
  let text = '';
  for (let at = 0; at < bytes.length; at += PART) text += String.fromCharCode(...bytes.subarray(at, at + PART));
  return btoa(text);
}
