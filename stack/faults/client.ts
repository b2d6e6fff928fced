/** Speaks to a stack's control endpoint. For tests, `chaos` and the stack's own commands. */
import type { Order } from "../control.ts";

/** Gives an order and waits until it is done. @throws with what the stack said when it refuses. */
export async function ask(control: { url: string; token: string }, order: Order): Promise<unknown> {
  const response = await fetch(control.url, {
    method: "POST",
    headers: { authorization: `Bearer ${control.token}` },
    body: JSON.stringify(order),
  });
  if (!response.ok) throw new Error(`Cannot ${order.do}: ${response.status} ${await response.text()}`);
  return await response.json();
}
