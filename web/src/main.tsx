// The shell: the rail, the page that the address names, the keys that move between them.
import { render } from 'preact';
import { useEffect, useLayoutEffect, useState } from 'preact/hooks';
import { chosenHome, useLoaded } from './api';
import { AnalyticsPage } from './pages/analytics';
import { DashboardsPage } from './pages/dashboards';
import { OverviewPage } from './pages/overview';
import { QueryPage } from './pages/query';
import { StreamsPage } from './pages/streams';
import { Icon } from './parts/icons';
import { applyTheme, chooseTheme, chosenTheme, type Theme } from './parts/theme';

const pages = [
  { path: 'overview', title: 'Pipeline', icon: 'overview', key: 'p' },
  { path: 'streams', title: 'Streams', icon: 'stream', key: 's' },
  { path: 'analytics', title: 'Analytics', icon: 'analytics', key: 'a' },
  { path: 'query', title: 'Query', icon: 'query', key: 'q' },
  { path: 'dashboards', title: 'Dashboard', icon: 'dashboard', key: 'd' },
];

function useAddress(): [string, string | undefined] {
  const read = (): [string, string | undefined] => {
    const [path, name] = location.hash.replace(/^#\/?/, '').split('/');
    try { return [path || 'overview', name ? decodeURIComponent(name) : undefined]; } catch { return [path, name]; }
  };
  const [address, setAddress] = useState(read);
  // In the turn that draws: an effect comes a frame later, and misses what is between.
  useLayoutEffect(() => {
    const moved = () => setAddress(read());
    window.addEventListener('hashchange', moved);
    return () => window.removeEventListener('hashchange', moved);
  }, []);
  return address;
}

/** `g` and then a page's letter. */
function useKeys() {
  useLayoutEffect(() => {
    let armed = 0;
    const pressed = (event: KeyboardEvent) => {
      const typing = (event.target as HTMLElement).closest('input, textarea, select');
      if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === 'g') { armed = event.timeStamp; return; }
      const page = pages.find((p) => p.key === event.key);
      if (page && armed && event.timeStamp - armed < 1500) location.hash = `#/${page.path}`;
      armed = 0;
    };
    window.addEventListener('keydown', pressed);
    return () => window.removeEventListener('keydown', pressed);
  }, []);
}

/** Shown when there is more than one account or region to look at. */
function HomeSelect() {
  const { data } = useLoaded<{ homes: string[] }>('homes');
  if (!data || (data.homes.length < 2 && (!chosenHome() || data.homes[0] === chosenHome()))) return null;
  const move = (home: string) => { location.search = `?home=${encodeURIComponent(home)}`; };
  return (
    <select aria-label="Account and region" value={chosenHome() || data.homes[0]} onChange={(event) => move(event.currentTarget.value)}>
      {data.homes.map((home) => <option value={home}>{home.replace('/', ' · ')}</option>)}
    </select>
  );
}

function App() {
  const [path, name] = useAddress();
  const [theme, setTheme] = useState<Theme>(chosenTheme());
  useKeys();
  const title = pages.find((page) => page.path === path)?.title ?? 'Pipeline';
  useEffect(() => { document.title = `${title} · Freshet`; }, [title]);
  return (
    <div class="shell">
      <nav class="rail" aria-label="Pages">
        <div class="brand"><Icon name="freshet" /><span>Freshet</span></div>
        {pages.map((page) => (
          <a href={`#/${page.path}`} aria-current={page.path === path ? 'page' : undefined} title={`g ${page.key}`}><Icon name={page.icon} /><span>{page.title}</span></a>
        ))}
        <div class="foot">
          <HomeSelect />
          <select aria-label="Theme" value={theme} onChange={(event) => { const next = event.currentTarget.value as Theme; setTheme(next); chooseTheme(next); }}>
            <option value="system">As the system</option><option value="light">Light</option><option value="dark">Dark</option>
          </select>
          <span class="soft"><kbd>g</kbd> then a letter moves</span>
        </div>
      </nav>
      <main class="page">
        {path === 'streams' ? <StreamsPage name={name} /> : path === 'analytics' ? <AnalyticsPage name={name} /> : path === 'query' ? <QueryPage name={name} />
          : path === 'dashboards' ? <DashboardsPage name={name} /> : <OverviewPage />}
      </main>
    </div>
  );
}

applyTheme();
render(<App />, document.getElementById('app')!);
