/** A certificate, to be read here or taken away. It is checked without this system: docs/proof.md. */
import { useMutation } from "@tanstack/react-query";
import { size } from "../look/figures.ts";
import { save, Trouble } from "../look/pieces.tsx";
import { untar } from "./untar.ts";

/** @param name of the file, with its ending. */
export function Certificate({ name, open }: {
  readonly name: string;
  readonly open: () => Promise<Response>;
}) {
  const made = useMutation({ mutationFn: async () => new Uint8Array(await (await open()).arrayBuffer()) });
  const read = made.data === undefined ? null : readOf(made.data);
  const download = async () => {
    const bytes = await made.mutateAsync().catch(() => null); // one of now; why there is none is shown
    if (bytes !== null) save(new Blob([bytes], { type: "application/x-tar" }), name);
  };
  return (
    <section aria-label="Certificate">
      <div className="row">
        <h2>Certificate</h2>
        <button type="button" disabled={made.isPending} onClick={() => made.mutate()}>
          {made.isPending ? "Signing …" : "Make and read it"}
        </button>
        <button type="button" disabled={made.isPending} onClick={() => void download()}>
          Download (.tar)
        </button>
      </div>
      <p className="quiet">
        What is recorded, its events and their chain, signed. A stranger checks it with sha256sum and openssl.
      </p>
      {made.error && <Trouble error={made.error} />}
      {read !== null && (
        <>
          <pre
            className="paper"
            tabIndex={0}
            role="region"
            aria-label="Text of the certificate"
          >{read.text}</pre>
          <details>
            <summary>Files in it</summary>
            <ul>
              {read.files.map((file) => (
                <li key={file.name} className="keep">
                  {file.name} <span className="quiet">{size(file.bytes.length)}</span>
                </li>
              ))}
            </ul>
          </details>
        </>
      )}
    </section>
  );
}

function readOf(archive: Uint8Array) {
  const files = untar(archive).map(({ name, bytes }) => ({ name: name.replace(/^[^/]+\//, ""), bytes }));
  const paper = files.find(({ name }) => name === "certificate.txt");
  return { files, text: paper === undefined ? "" : new TextDecoder().decode(paper.bytes) };
}
