/** A plaintiff's consents: which of the two hold, every version there was, registering one, and revoking one. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { CONSENT_TYPES } from "../../shared/enforcement/actions.ts";
import type { PlaintiffRecord } from "../../shared/http/answers/enforcement.ts";
import { Download } from "../look/download.tsx";
import { Moment, Question, StateTag } from "../look/pieces.tsx";
import { useDesk } from "../session/context.tsx";
import { ConsentForm } from "./consent_form.tsx";
import { CONSENT_WORDS } from "./words.ts";

type Consent = PlaintiffRecord["consents"][number];

export function Consents({ record }: { readonly record: PlaintiffRecord }) {
  const { calls, person } = useDesk();
  const queries = useQueryClient();
  const [isOpen, setOpen] = useState(false);
  const [revoking, setRevoking] = useState<Consent | null>(null);
  return (
    <section aria-label="Consents">
      <div className="row">
        <h2>Consents</h2>
        {CONSENT_TYPES.map((type) => {
          const isMissing = record.missing.includes(type);
          return (
            <span key={type} className={isMissing ? "warn" : "good"}>
              {CONSENT_WORDS[type]} {isMissing ? "missing" : "holds"}
            </span>
          );
        })}
        {person.role === "operator" && !isOpen && (
          <button type="button" onClick={() => setOpen(true)}>Register a consent</button>
        )}
      </div>
      {isOpen && (
        <div className="panel">
          <ConsentForm
            plaintiffId={record.plaintiff_id}
            types={record.missing.length > 0 ? record.missing : CONSENT_TYPES}
            done={() => setOpen(false)}
            leave={() => setOpen(false)}
          />
        </div>
      )}
      {record.consents.length === 0
        ? <p className="quiet">None was ever registered.</p>
        : (
          <div className="scroll" tabIndex={0} role="region" aria-label="Table of consents">
            <table>
              <thead>
                <tr>
                  <th scope="col">Consent</th>
                  <th scope="col">Version</th>
                  <th scope="col">State</th>
                  <th scope="col">From</th>
                  <th scope="col">Before</th>
                  <th scope="col">Why it ended</th>
                  <th scope="col">Paper</th>
                </tr>
              </thead>
              <tbody>
                {record.consents.map((consent) => (
                  <tr key={consent.consent_id}>
                    <th scope="row">{CONSENT_WORDS[consent.consent_type]}</th>
                    <td className="keep">{consent.version}</td>
                    <td>
                      <StateTag status={consent.status} />
                    </td>
                    <td>
                      <Moment at={consent.valid_from} />
                    </td>
                    <td>
                      {consent.valid_until === null
                        ? <span className="quiet">no end</span>
                        : <Moment at={consent.valid_until} />}
                    </td>
                    <td className="keep">
                      {consent.revoked_at === null ? <span className="quiet">–</span> : (
                        <>
                          revoked <Moment at={consent.revoked_at} /> {consent.revoked_reason}
                        </>
                      )}
                    </td>
                    <td>
                      <span className="buttons">
                        <Download
                          words="Paper"
                          about={`of the ${CONSENT_WORDS[consent.consent_type]}, version ${consent.version}`}
                          name={`${consent.consent_type}-${consent.evidence_file_id}`}
                          open={() =>
                            calls.client.open("GET /enforcement/evidence/:id", {
                              path: { id: consent.evidence_file_id },
                            })}
                        />
                        {consent.status === "active" && person.role === "operator" && (
                          <button
                            type="button"
                            className="harm"
                            onClick={() => setRevoking(consent)}
                          >
                            Revoke<span className="unseen">
                              {` the ${CONSENT_WORDS[consent.consent_type]}`}
                            </span>
                          </button>
                        )}
                      </span>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      {revoking !== null && (
        <Question
          title={`Revoke the ${CONSENT_WORDS[revoking.consent_type]}?`}
          verb="Revoke"
          harmful
          asked={{ kind: "reason" }}
          close={() => setRevoking(null)}
          act={async (reason) => {
            const path = { id: revoking.consent_id };
            await calls.client.call("POST /enforcement/consents/:id/revoke", { path, body: { reason } });
            await queries.invalidateQueries();
          }}
        >
          <p>
            For good. Nothing is executed by it from now on, and what was authorised by it is called off. A
            new paper makes a new consent.
          </p>
        </Question>
      )}
    </section>
  );
}
