// Which view belongs to which address? Each is a chunk of its own, loaded when somebody goes there.
//
// A new view: a folder in views/ with an `index.tsx` that exports its component, its texts in `texts.ts` and its styles in
// `style.css` beside it; one line in ROUTES. Views that only admins may see stand below /ops.

import { type ComponentType, lazy, Suspense } from "react";
import { Redirect, Route, Switch, useLocation } from "wouter";
import { Layout } from "./layout.js";
import { Failed } from "./parts/failed.js";
import { Loading } from "./parts/loading.js";
import { useSession } from "./surroundings.js";
import { NotFoundView } from "./views/not-found/index.js";
import { SignInView } from "./views/sign-in/index.js";

function view<Name extends string>(load: () => Promise<Record<Name, ComponentType>>, name: Name) {
  return lazy(async () => ({ default: (await load())[name] }));
}

const ROUTES: [path: string, component: ComponentType][] = [
  ["/cases", view(() => import("./views/cases/index.js"), "CasesView")],
  ["/cases/:caseId", view(() => import("./views/case/index.js"), "CaseView")],
  ["/cases/:caseId/review", view(() => import("./views/review/index.js"), "ReviewView")],
  ["/cases/:caseId/findings", view(() => import("./views/findings/index.js"), "FindingsView")],
  ["/cases/:caseId/history", view(() => import("./views/history/index.js"), "HistoryView")],
  ["/cases/:caseId/print", view(() => import("./views/print/index.js"), "PrintView")],
  ["/ops/jobs", view(() => import("./views/ops-jobs/index.js"), "OpsJobsView")],
  ["/ops/jobs/:jobId", view(() => import("./views/ops-job/index.js"), "OpsJobView")],
  ["/ops/lanes", view(() => import("./views/ops-lanes/index.js"), "OpsLanesView")],
];

export function App() {
  const { status } = useSession();
  const [place] = useLocation();
  if (status === "out") return <SignInView />;
  return (
    <Layout>
      <Failed key={place}>
        <Suspense fallback={<Loading />}>
          <Switch>
            <Route path="/">
              <Redirect to="/cases" replace />
            </Route>
            {ROUTES.map(([path, component]) => (
              <Route key={path} path={path} component={component} />
            ))}
            <Route>
              <NotFoundView />
            </Route>
          </Switch>
        </Suspense>
      </Failed>
    </Layout>
  );
}
