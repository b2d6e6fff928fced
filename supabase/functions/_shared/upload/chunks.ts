/** Bytes in pieces, as a stream that lets go of each as it is sent. */
export function streamOf(chunks: Uint8Array<ArrayBuffer>[]): ReadableStream<Uint8Array<ArrayBuffer>> {
  let next = 0;
  return new ReadableStream({
    pull(controller) {
      const chunk = chunks[next];
      if (chunk === undefined) return controller.close();
      chunks[next++] = new Uint8Array(0);
      controller.enqueue(chunk);
    },
  });
}
