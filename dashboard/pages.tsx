/** The pages of somebody who is signed in, and the frame around them. Addresses stand behind `#`: any host will do. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import {
  createHashHistory,
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Link,
  Outlet,
  RouterProvider,
} from "@tanstack/react-router";
import { useState } from "react";
import { Refused } from "../shared/http/refused.ts";
import { listSearch } from "./batches/list_search.ts";
import { actionSearch, plaintiffSearch, taskSearch } from "./enforcement/search.ts";
import { Away } from "./health/away.tsx";
import { LIGHT_WORDS, LIGHTS } from "./health/lights.ts";
import { useHealth } from "./health/use_health.ts";
import { IntakePage } from "./intake/intake_page.tsx";
import { Heading } from "./look/heading.tsx";
import { switchTheme, theme } from "./look/theme.ts";
import { useDesk } from "./session/context.tsx";

const frame = createRootRoute({
  component: Frame,
  notFoundComponent: () => (
    <main>
      <Heading>No such page</Heading>
      <Link to="/">To the intake</Link>
    </main>
  ),
});
// What nobody needs to begin with is loaded when it is gone to, and again by itself after a new build took its place.
const routeTree = frame.addChildren([
  createRoute({ getParentRoute: () => frame, path: "/", component: IntakePage }),
  createRoute({
    getParentRoute: () => frame,
    path: "/batches",
    component: lazyRouteComponent(() => import("./batches/list_page.tsx"), "BatchesPage"),
    validateSearch: (search) => listSearch(search),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/batches/$id",
    component: lazyRouteComponent(() => import("./batches/batch_page.tsx"), "BatchPage"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/enforcement",
    component: lazyRouteComponent(() => import("./enforcement/plaintiffs_page.tsx"), "PlaintiffsPage"),
    validateSearch: (search) => plaintiffSearch(search),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/enforcement/plaintiffs/$id",
    component: lazyRouteComponent(() => import("./enforcement/plaintiff_page.tsx"), "PlaintiffPage"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/enforcement/actions",
    component: lazyRouteComponent(() => import("./enforcement/actions_page.tsx"), "ActionsPage"),
    validateSearch: (search) => actionSearch(search),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/enforcement/tasks",
    component: lazyRouteComponent(() => import("./enforcement/tasks_page.tsx"), "TasksPage"),
    validateSearch: (search) => taskSearch(search),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/health",
    component: lazyRouteComponent(() => import("./health/health_page.tsx"), "HealthPage"),
  }),
]);
const router = createRouter({
  routeTree,
  history: createHashHistory(),
  defaultErrorComponent: ({ error }) => (
    <main>
      <Heading>This page broke</Heading>
      <p className="bad keep">{error instanceof Error ? error.message : String(error)}</p>
      <button type="button" onClick={() => location.reload()}>Load it again</button>
    </main>
  ),
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}

/** What was refused will be refused again; what got no answer is asked once more. */
function makeQueries(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: { retry: (times, error) => times < 1 && !(error instanceof Refused), staleTime: 1000 },
    },
  });
}

export function Pages() {
  const [queries] = useState(makeQueries); // another person's begins empty
  return (
    <QueryClientProvider client={queries}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  );
}

function Frame() {
  return (
    <>
      <TopBar />
      <Away />
      <Outlet />
    </>
  );
}

/** Past the frame, for who goes by keyboard. */
function toContent(): void {
  document.querySelector<HTMLElement>("main h1")?.focus();
}

function TopBar() {
  const { person, signOut } = useDesk();
  const { lights } = useHealth();
  const [shown, setShown] = useState(theme);
  return (
    <header className="top">
      <button type="button" className="skip" onClick={toContent}>To the content</button>
      <Link to="/" className="brand">DRAGONFLY</Link>
      <nav aria-label="Pages">
        <Link to="/" activeOptions={{ exact: true }}>Intake</Link>
        <Link to="/batches" search={{}}>Batches</Link>
        <Link to="/enforcement" search={{}}>Enforcement</Link>
        <Link to="/health">Health</Link>
      </nav>
      <Link
        to="/health"
        className="lamps"
      >
        {LIGHTS.map((name) => (
          <span
            key={name}
            className={`light-${lights[name]}`}
            title={`${name}: ${LIGHT_WORDS[lights[name]]}`}
          >
            <span className="lamp" />
            <span className="lamp-name">
              {name}
              <span className="unseen">{` ${LIGHT_WORDS[lights[name]]}`}</span>
            </span>
          </span>
        ))}
      </Link>
      <div className="who">
        <span className="quiet keep" title={person.email}>{person.role}</span>
        <button type="button" onClick={() => setShown(switchTheme())}>
          {shown === "dark" ? "Light" : "Dark"}
        </button>
        <button type="button" onClick={signOut}>Sign out</button>
      </div>
    </header>
  );
}
