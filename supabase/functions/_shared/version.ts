/** Version of the functions, as health answers and heartbeats tell it. */
export const VERSION = "0.1.0";
