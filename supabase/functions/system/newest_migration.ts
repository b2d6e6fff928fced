/** The newest migration this code was built with. A test fails when supabase/migrations has a newer one. */
export const NEWEST_MIGRATION = "20261101028000";
