// The shell: the rail, the page that the address names, and the keys that switch pages.
import { render } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { useLoaded } from "./api";
import { AnalyticsPage } from "./pages/analytics";
import { DashboardsPage } from "./pages/dashboards";
import { OverviewPage } from "./pages/overview";
import { PartPage } from "./pages/part";
import { QueryPage } from "./pages/query";
import { StreamsPage } from "./pages/streams";
import { useReachable } from "./parts/connection";
import { Icon } from "./parts/icons";
import { later } from "./parts/later";
import { applyTheme, chooseTheme, chosenTheme, type Theme } from "./parts/theme";

const LakePage = later(() => import("./pages/lake").then((all) => all.LakePage));
const JobsPage = later(() => import("./pages/jobs").then((all) => all.JobsPage));

const pages = [
  { path: "overview", title: "Pipeline", icon: "overview", key: "p" },
  { path: "streams", title: "Streams", icon: "stream", key: "s" },
  { path: "analytics", title: "Analytics", icon: "analytics", key: "a" },
  { path: "lake", title: "Lake", icon: "bucket", key: "l" },
  { path: "jobs", title: "Jobs", icon: "schedule", key: "j" },
  { path: "query", title: "Query", icon: "query", key: "q" },
  { path: "dashboards", title: "Dashboard", icon: "dashboard", key: "d" },
];

type Address = [string, string | undefined, string | undefined];

function useAddress(): Address {
  const read = (): Address => {
    const [path, name, more] = location.hash.replace(/^#\/?/, "").split("/");
    const plain = (text?: string) => {
      try {
        return text ? decodeURIComponent(text) : undefined;
      } catch {
        return text;
      }
    };
    return [path || "overview", plain(name), plain(more)];
  };
  const [address, setAddress] = useState(read);
  // A layout effect runs synchronously after the render: an effect runs a frame later and misses
  // events in between.
  useLayoutEffect(() => {
    const moved = () => setAddress(read());
    window.addEventListener("hashchange", moved);
    return () => window.removeEventListener("hashchange", moved);
  }, []);
  return address;
}

/** `g` and then a page's letter; `?` for help. */
function useKeys(help: () => void) {
  useLayoutEffect(() => {
    let armed = 0;
    const pressed = (event: KeyboardEvent) => {
      const typing = (event.target as HTMLElement).closest("input, textarea, select");
      if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "?") {
        help();
        return;
      }
      if (event.key === "g") {
        armed = event.timeStamp;
        return;
      }
      const page = pages.find((p) => p.key === event.key);
      if (page && armed && event.timeStamp - armed < 1500) location.hash = `#/${page.path}`;
      armed = 0;
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, []);
}

/** Shown when there is more than one account or region. */
function HomeSelect() {
  const { data } = useLoaded<{ homes: string[]; shown: string }>("homes");
  // The rail grows with its longest region, so everything that fits the page's width measures
  // again.
  useLayoutEffect(() => {
    window.dispatchEvent(new Event("resize"));
  }, [data]);
  if (!data || data.homes.length < 2) return null;
  const accounts = new Set(data.homes.map((home) => home.split("/")[0]));
  const words = (home: string) =>
    accounts.size > 1 ? home.split("/").reverse().join(" · ") : home.split("/")[1];
  const move = (home: string) => {
    location.search = `?home=${encodeURIComponent(home)}`;
  };
  return (
    <label class="home soft">
      Region
      <select
        aria-label="Account and region"
        title={data.shown.replace("/", " · ")}
        value={data.shown}
        onChange={(event) => move(event.currentTarget.value)}
      >
        {data.homes.map((home) => (
          <option value={home}>{words(home)}</option>
        ))}
      </select>
    </label>
  );
}

/** True while the rail has room for its icons only; theme.css has the same width. */
function useNarrow(): boolean {
  const query = "(max-width: 800px)";
  const [narrow, setNarrow] = useState(() => matchMedia(query).matches);
  useLayoutEffect(() => {
    const media = matchMedia(query),
      changed = () => setNarrow(media.matches);
    media.addEventListener("change", changed);
    return () => media.removeEventListener("change", changed);
  }, []);
  return narrow;
}

function App() {
  const [path, name, more] = useAddress();
  const help = useRef<HTMLDialogElement>(null);
  const openHelp = () => help.current?.showModal();
  const narrow = useNarrow();
  const reachable = useReachable();
  useKeys(openHelp);
  const page = pages.find((one) => one.path === path);
  const title = [more ?? name, path === "part" ? name : (page?.title ?? "No such page"), "Freshet"]
    .filter(Boolean)
    .join(" · ");
  useEffect(() => {
    document.title = title;
  }, [title]);
  return (
    <div class="shell">
      <nav class="rail" aria-label="Pages">
        <div class="brand">
          <Icon name="freshet" />
          <span>Freshet</span>
        </div>
        {pages.map((page) => (
          <a
            href={`#/${page.path}`}
            aria-current={page.path === path ? "page" : undefined}
            title={`g ${page.key}`}
          >
            <Icon name={page.icon} />
            <span>{page.title}</span>
          </a>
        ))}
        {!narrow && (
          <div class="foot">
            <HomeSelect />
            <ThemeSelect />
          </div>
        )}
        <button class="help" aria-label="Help" title="Help (?)" onClick={openHelp}>
          <kbd>?</kbd>
          <span>Help</span>
        </button>
      </nav>
      <main class="page">
        {narrow && (
          <div class="choices">
            <HomeSelect />
            <ThemeSelect />
          </div>
        )}
        {!reachable && (
          <div class="notice stopped" role="alert">
            <b>The server at {location.origin} does not answer.</b>
            {"\n"}Pages show what it said last, and go on by themselves when it is back.
          </div>
        )}
        {path === "streams" ? (
          <StreamsPage name={name} />
        ) : path === "analytics" ? (
          <AnalyticsPage name={name} />
        ) : path === "lake" ? (
          <LakePage database={name} table={more} />
        ) : path === "jobs" ? (
          <JobsPage name={name} />
        ) : path === "query" ? (
          <QueryPage key={`${name}/${more}`} database={more && name} table={more ?? name} />
        ) : path === "dashboards" ? (
          <DashboardsPage name={name} />
        ) : path === "part" && name && more ? (
          <PartPage key={`${name}/${more}`} kind={name} name={more} />
        ) : path === "overview" ? (
          <OverviewPage />
        ) : (
          <UnknownPage path={path} />
        )}
      </main>
      <Help dialog={help} />
    </div>
  );
}

function ThemeSelect() {
  const [theme, setTheme] = useState<Theme>(chosenTheme());
  return (
    <select
      aria-label="Theme"
      value={theme}
      onChange={(event) => {
        const next = event.currentTarget.value as Theme;
        setTheme(next);
        chooseTheme(next);
      }}
    >
      <option value="system">As the system</option>
      <option value="light">Light</option>
      <option value="dark">Dark</option>
    </select>
  );
}

function UnknownPage({ path }: { path: string }) {
  return (
    <>
      <header>
        <h1>There is no such page</h1>
      </header>
      <section class="card">
        <div class="empty stack">
          <p>
            The address names <code>{path}</code>. There are:
          </p>
          <p>
            {pages.map((page, at) => (
              <>
                {at > 0 && " · "}
                <a href={`#/${page.path}`}>{page.title}</a>
              </>
            ))}
          </p>
        </div>
      </section>
    </>
  );
}

/** The keys, and links to the documents. */
function Help({ dialog }: { dialog: { current: HTMLDialogElement | null } }) {
  return (
    <dialog ref={dialog} aria-labelledby="help-title">
      <form method="dialog" class="stack">
        <h2 id="help-title">Help</h2>
        <dl class="facts keys">
          {pages.map((page) => [
            <dt>
              <kbd>g</kbd> <kbd>{page.key}</kbd>
            </dt>,
            <dd>{page.title}</dd>,
          ])}
          <dt>
            <kbd>Ctrl</kbd> <kbd>Enter</kbd>
          </dt>
          <dd>runs the statement of the Query page</dd>
          <dt>
            <kbd>?</kbd>
          </dt>
          <dd>shows this help</dd>
        </dl>
        <p class="soft">
          All times are UTC. In a terminal, <code>freshet --help</code> and <code>freshet man</code>{" "}
          explain the commands; <code>docs/README.md</code> of the repository is the map of the
          documents. <a href="/_freshet/health">Health</a> and{" "}
          <a href="/_freshet/metrics">metrics</a> are for programs.
        </p>
        <div class="row end">
          <button class="primary">Close</button>
        </div>
      </form>
    </dialog>
  );
}

applyTheme();
render(<App />, document.getElementById("app")!);
