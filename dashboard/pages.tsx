/** The pages of somebody who is signed in, and the frame around them. Addresses stand behind `#`: any host will do. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import {
  createHashHistory,
  createRootRoute,
  createRoute,
  createRouter,
  Link,
  Outlet,
  RouterProvider,
} from "@tanstack/react-router";
import { useState } from "react";
import { Refused } from "../shared/http/client.ts";
import { BatchPage } from "./batches/batch_page.tsx";
import { BatchesPage, ListSearch } from "./batches/list_page.tsx";
import { HealthPage } from "./health/health_page.tsx";
import { LIGHT_WORDS, LIGHTS } from "./health/lights.ts";
import { useHealth } from "./health/use_health.ts";
import { IntakePage } from "./intake/intake_page.tsx";
import { switchTheme, theme } from "./look/theme.ts";
import { useDesk } from "./session/context.tsx";

const frame = createRootRoute({
  component: Frame,
  notFoundComponent: () => (
    <main>
      <h1>No such page</h1>
      <Link to="/">To the intake</Link>
    </main>
  ),
});
const routeTree = frame.addChildren([
  createRoute({ getParentRoute: () => frame, path: "/", component: IntakePage }),
  createRoute({
    getParentRoute: () => frame,
    path: "/batches",
    component: BatchesPage,
    validateSearch: (search) => ListSearch.parse(search),
  }),
  createRoute({ getParentRoute: () => frame, path: "/batches/$id", component: BatchPage }),
  createRoute({ getParentRoute: () => frame, path: "/health", component: HealthPage }),
]);
const router = createRouter({ routeTree, history: createHashHistory() });

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
      <Outlet />
    </>
  );
}

function TopBar() {
  const { person, signOut } = useDesk();
  const { lights } = useHealth();
  const [shown, setShown] = useState(theme);
  return (
    <header className="top">
      <Link to="/" className="brand">DRAGONFLY</Link>
      <nav aria-label="Pages">
        <Link to="/" activeOptions={{ exact: true }}>Intake</Link>
        <Link to="/batches" search={{}}>Batches</Link>
        <Link to="/health">Health</Link>
      </nav>
      <Link
        to="/health"
        className="lamps"
        aria-label={LIGHTS.map((name) => `${name} ${LIGHT_WORDS[lights[name]]}`).join(", ")}
      >
        {LIGHTS.map((name) => (
          <span
            key={name}
            className={`light-${lights[name]}`}
            title={`${name}: ${LIGHT_WORDS[lights[name]]}`}
          >
            <span className="lamp" />
            <span className="lamp-name">{name}</span>
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
