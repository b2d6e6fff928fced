/** The three lists of enforcement, and the way between them. */
import { Link } from "@tanstack/react-router";

export function EnforcementTabs() {
  return (
    <nav aria-label="Enforcement" className="tabs">
      <Link to="/enforcement" search={{}} activeOptions={{ exact: true, includeSearch: false }}>
        Plaintiffs
      </Link>
      <Link to="/enforcement/actions" search={{}} activeOptions={{ includeSearch: false }}>Actions</Link>
      <Link to="/enforcement/tasks" search={{}} activeOptions={{ includeSearch: false }}>Tasks</Link>
    </nav>
  );
}
