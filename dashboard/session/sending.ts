/** A `fetch` that says how far its body has gone out, which the browser's own cannot. */

/** How far a request body has gone out, in bytes. */
export type Sent = (bytes: number) => void;

/** Speaks through XMLHttpRequest; redirects are followed, and bodies are what it can send. */
export function xhrFetch(sent: Sent): typeof fetch {
  return (input, init = {}) => {
    const request = new XMLHttpRequest();
    const answer = Promise.withResolvers<Response>();
    const { signal } = init;
    request.open(init.method ?? "GET", input instanceof Request ? input.url : String(input));
    new Headers(init.headers).forEach((value, name) => request.setRequestHeader(name, value));
    request.responseType = "text";
    request.upload.onprogress = (event) => sent(event.loaded);
    request.onload = () => {
      const body = [204, 205, 304].includes(request.status) ? null : request.responseText;
      answer.resolve(new Response(body, { status: request.status, headers: headersOf(request) }));
    };
    request.onerror = () => answer.reject(new TypeError("The connection broke off."));
    request.onabort = () => answer.reject(signal?.reason ?? new DOMException("Given up", "AbortError"));
    const abort = () => request.abort();
    signal?.addEventListener("abort", abort);
    request.onloadend = () => signal?.removeEventListener("abort", abort);
    if (signal?.aborted) answer.reject(signal.reason);
    else request.send(bodyOf(init.body));
    return answer.promise;
  };
}

function bodyOf(body: BodyInit | null | undefined): XMLHttpRequestBodyInit | null {
  if (body === null || body === undefined) return null;
  if (body instanceof ReadableStream) throw new TypeError("Cannot send a stream: give a file");
  return body;
}

function headersOf(request: XMLHttpRequest): Headers {
  const headers = new Headers();
  for (const line of request.getAllResponseHeaders().trim().split(/\r\n/)) {
    const colon = line.indexOf(":");
    if (colon > 0) headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  return headers;
}
