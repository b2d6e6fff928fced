/** Works off jobs that speak to the outside until none is due. */
import type { OutboundJob } from "../../../shared/data/outbound_gateway.ts";
import { notify } from "./notify.ts";
import type { Ports } from "./ports.ts";
import { pullVendor } from "./vendor_pull.ts";

/** Enough for a storm, and an end to an invocation; what is left is taken up half a minute later. */
const MOST_JOBS = 50;

/** @returns how many jobs were taken up. Never throws: a job whose end could not be told is claimed again. */
export async function workOff(ports: Ports): Promise<number> {
  for (let done = 0; done < MOST_JOBS; done++) {
    try {
      const job = await ports.outbound.claim(ports.workerId);
      if (job === null) return done;
      await workOn(ports, job);
    } catch (error) {
      ports.log.error("outbound_failed", { error });
      return done;
    }
  }
  return MOST_JOBS;
}

function workOn(ports: Ports, job: OutboundJob): Promise<void> {
  return job.job_type === "notify" ? notify(ports, job) : pullVendor(ports, job);
}
