/** How the dashboard is built and served: one place for the build, and for development. */
import react from "@vitejs/plugin-react";
import type { InlineConfig, Plugin } from "vite";

/** The folder of the dashboard, without a slash at the end. */
const FOLDER = new URL(".", import.meta.url).pathname.replace(/\/$/, "");

/** Where the built files go. */
export const BUILT = `${FOLDER}/dist`;

/**
 * What the page may load, for hosts that send no header of their own. Addresses of the functions are known only when
 * the page runs, so any HTTPS host may be called, and the loopback; a host that knows it narrows this with a header.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self'",
  "worker-src 'self'",
  "connect-src 'self' https: http://127.0.0.1:* http://localhost:*",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** Development loads scripts in ways no policy should allow. */
const policyWhenBuilt: Plugin = {
  name: "content-security-policy",
  apply: "build",
  transformIndexHtml: () => [{
    tag: "meta",
    injectTo: "head-prepend",
    attrs: { "http-equiv": "Content-Security-Policy", content: POLICY },
  }],
};

/** Modules that are shown or called right after the first ones: fetched beside them, run when they are asked for. */
const NEXT = ["dashboard/pages.tsx", "dashboard/session/declared.ts"];

/** Browsers would find these only when the first module runs, a journey to the host later. */
const fetchedBeside: Plugin = {
  name: "fetched-beside",
  apply: "build",
  transformIndexHtml: {
    order: "post",
    handler(html, { bundle = {} }) {
      const chunks = Object.values(bundle).filter((output) => output.type === "chunk");
      const begun = chunks.filter(({ facadeModuleId }) =>
        NEXT.some((name) => facadeModuleId?.endsWith(name))
      );
      const names = new Set<string>();
      const add = (name: string) => {
        if (names.has(name) || html.includes(name)) return;
        names.add(name);
        chunks.find(({ fileName }) => fileName === name)?.imports.forEach(add);
      };
      for (const { fileName } of begun) add(fileName);
      return [...names].map((name) => ({
        tag: "link",
        injectTo: "head",
        attrs: { rel: "modulepreload", crossorigin: true, fetchpriority: "low", href: `./${name}` },
      }));
    },
  },
};

/** What build and development have in common. */
export const OPTIONS: InlineConfig = {
  root: FOLDER,
  base: "./", // hosted in any folder
  configFile: false,
  plugins: [react(), policyWhenBuilt, fetchedBeside],
  worker: { format: "es" },
  build: {
    outDir: BUILT,
    emptyOutDir: true,
    target: "es2023",
    assetsInlineLimit: 0, // the policy knows no data: addresses
    modulePreload: { polyfill: false },
  },
};
