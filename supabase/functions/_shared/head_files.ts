/** Files of exported heads in Storage. Only the service key reads or writes the bucket. */
import type { SupabaseClient } from "@supabase/supabase-js";
import { HEADS } from "../../../shared/audit/head.ts";
import type { HeadFiles } from "../../../shared/audit/proof.ts";

/** @param client a service client of the project. */
export function headFiles(client: SupabaseClient): HeadFiles {
  const bucket = client.storage.from(HEADS.bucket);
  return {
    newest: async () => {
      const { data, error } = await bucket.list(HEADS.folder, {
        limit: 1,
        sortBy: { column: "name", order: "desc" },
      });
      if (error !== null) throw error;
      const name = data[0]?.name;
      return name === undefined ? null : `${HEADS.folder}/${name}`;
    },
    read: async (path) => {
      const { data, error } = await bucket.download(path);
      if (error === null) return await data.text();
      if ("status" in error && (error.status === 404 || error.status === 400)) return null; // 400: as Storage says 404
      throw error;
    },
    store: async (path, text) => {
      const { error } = await bucket.upload(path, text, { contentType: "application/json", upsert: false });
      if (error !== null) throw error;
    },
  };
}
