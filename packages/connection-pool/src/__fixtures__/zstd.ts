/** What `lines` is, compressed once with `zstd -19` 1.5: entropy coding, back references and a check sum. */
export const compressedLines = Buffer.from(
  [
    'KLUv/QRoZBAAVmlUGaA3ywFQmDz9e544/DdsUsqUkkyAxb23Kh5aAEcARwA1b8rHJYsWrlQy1o6PaNC71FoKTYo4481vJr14rXt9MrfjOm6TWI',
    'yjWk9RnV9u0/0qJSy3GRQUJDiEAUFBgIGDwWHhQMJCgsJBgQEEDgDC4BDggMBgcLBwgBA0nPMizHAsyuobQqoryGk3vmIGXV5q7ao0afQz9vSt',
    'jviiHb0SaTsS1mUjK+5icpZ7q5hiIjGK7DVhRIVspWKUhvjiDP35GR+bt6efuiNFsQxLM2cNbyKiGvN9Wnf50lvUzsXSnybr7xXto14if0vCmy',
    'N7Iy5xGVXK7EXIq1LGIZP7Zojtr1i3giiWxpAOsS2oqqLxonpFa8pjvWpGueRC1GL1JLW+xAoirR4xivJYU9R2hkjqniGWzGkmxxR3TOlFdCGX',
    'c1LvjySiD+LK16wUp4lieeaGcYEqqBFwXdj9GQOxJwUptAYRJARjBWXvP2MaACw7IWmf7SXefYn3i72Kfddi30dPSNqJkvZtb+LdS3zP1Grsu4',
    'r9Pjoh005Ium97ie9e4v1Fr2K/q9j3pROS9oSk7Z1LvHsT7xd9Ffuuxr6PTpG0EzKd+C/utVBh2W735SZ6gamnikEPeqAHPdiDHvRID3rQBz3o',
    'wR70oEd60IM+6EE/AnI27P+3XrSpQpMq0LpkFUkiPnBLD5UBvwptEACmd10KsLkBROna3UncCVQAVwBbALJs6YTMzdpy7CAR394sfw9ADhvuvL',
    '5cxfRS1HieFcb9kC2WX6s2/+rseCBl7/ti/wLwhudEX3CwfYJX5A98Y18YZPACtxNMWAoKB0wC4cExDB4eBCBv2FZ8Qj3iUNA3vD1eucjgCWdj',
    'YORRJCz42GHjT1TPAaA18L6oKxYSaopZHXriaJFuPNloia/UzBiKOkdcjvNiuc/HBKgOccz22iNFp33tPhs6JHdX1rczCM5Sq1rMJEltc8zVng',
    'dQNJi/QqsO3GjUW0Sz6VKRWTtlm0mPFnXsq0oXfXLdOryS3QtQGXSZJiuZbHEkR7HcyGsEV3kZcCJDnxjlFjAWshCOTeZA23IAyBatqHqEVVB9',
    'AVFMDZ0UrSsDCqml0QnWLG4i6mCpsXoTG9cD3IAa3kgUXTIkiJZqMYZmSxilQzaG0KtQBOmLGBE0cEeM7p3FtABwATQnLGoOUg+aV4tj5jsF0R',
    'lkhZAJgSqoEXAFrOAD4WsscxE8VtDy3WMSQ848CfFrrxw2+GuvHDb4taccNvi1Vw42+LVXDhvstVcOG/zaUw4b/NorBxv82iuHDfbaK4cNfu0p',
    'hw1+7ZWDDX7tlcMGe+2Vwwa/9pTDBr/2ysEGv/bKYYO99sphg197ymGDX3vlYINfe+WwwV575bDBrz3lsMGvvavMFxDdq0ULjz+b',
  ].join(''),
  'base64',
);

/** Two hundred events of a stream. */
export const lines = Array.from(
  { length: 200 },
  (_, n) => `data: ${JSON.stringify({ n, square: n * n, text: `word ${n % 7}` })}\n\n`,
).join('');

/** A frame of blocks that are stored as they are, written by hand after RFC 8878: the magic number, a window of 1 MiB, no sizes, no check sum. */
export const zstdHeader = Buffer.from('28b52ffd0050', 'hex');

const block = (kind: 0 | 1, size: number, content: Buffer, isLast: boolean): Buffer => {
  const head = Buffer.alloc(3);
  head.writeUIntLE((size << 3) | (kind << 1) | Number(isLast), 0, 3);
  return Buffer.concat([head, content]);
};

/** One block of such a frame. */
export const storedBlock = (text: string, isLast = false): Buffer => {
  const content = Buffer.from(text);
  return block(0, content.length, content, isLast);
};

/** 128 KiB of one byte, in four bytes. */
export const repeatedBlock = (isLast = false): Buffer => block(1, 128 * 1024, Buffer.from('x'), isLast);
