// A part of the pipeline without a page of its own: all its figures, its neighbours, and the
// commands that show more.
import { useLive, type Overview } from "../api";
import { aws, Command } from "../parts/command";
import { figure, tone } from "../parts/format";
import { addressOf } from "../parts/graph";
import { LiveHeader } from "../parts/live";
import { Trouble } from "../parts/trouble";

const quoted = (name: string) =>
  /^[\w.-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`;

function commands(kind: string, name: string): string[] {
  const it = quoted(name);
  switch (kind) {
    case "function":
      return [
        aws(`lambda get-function-configuration --function-name ${it}`),
        aws(`logs filter-log-events --log-group-name /aws/lambda/${it}`),
      ];
    case "delivery":
      return [aws(`firehose describe-delivery-stream --delivery-stream-name ${it}`)];
    case "bucket":
      return [aws(`s3 ls --recursive s3://${it}`)];
    case "schedule":
      return [
        aws(`events describe-rule --name ${it}`),
        aws(`events list-targets-by-rule --rule ${it}`),
      ];
    case "crawler":
      return [aws(`glue get-crawler --name ${it}`), aws(`glue start-crawler --name ${it}`)];
    default:
      return [];
  }
}

export function PartPage({ kind, name }: { kind: string; name: string }) {
  const { data, live } = useLive<Overview>("overview");
  const node = data?.nodes.find((one) => one.kind === kind && one.name === name);
  const beside = (ids: string[]) => data?.nodes.filter((one) => ids.includes(one.id)) ?? [];
  const before = node
    ? beside(data!.edges.filter((edge) => edge.to === node.id).map((edge) => edge.from))
    : [];
  const behind = node
    ? beside(data!.edges.filter((edge) => edge.from === node.id).map((edge) => edge.to))
    : [];
  const links = (nodes: typeof before) =>
    nodes.length ? (
      nodes.map((one, at) => (
        <>
          {at > 0 && ", "}
          <a href={addressOf(one)}>
            {one.kind} {one.name}
          </a>
        </>
      ))
    ) : (
      <span class="soft">nothing</span>
    );
  return (
    <>
      <LiveHeader
        title={`${kind} ${name}`}
        live={data && !node ? undefined : live}
        now={data?.now_ms}
      />
      {!data && (
        <section class="card">
          <div class="empty">Waiting for the first figures…</div>
        </section>
      )}
      {data && !node && (
        <section class="card">
          <div class="empty stack">
            <p>
              <b>
                There is no {kind} {name}.
              </b>
            </p>
            <p>
              <a href="#/overview">The pipeline</a> shows all parts.
            </p>
          </div>
        </section>
      )}
      {node && (
        <div class="stack">
          {node.trouble && <Trouble kind={kind} name={name} trouble={node.trouble} />}
          <section class="card">
            <header>
              <h2>{name}</h2>
              <span class={`badge ${tone(node.state)}`}>{node.state.toLowerCase()}</span>
            </header>
            <dl class="facts">
              {node.figures.map((item) => [<dt>{item.label}</dt>, <dd>{figure(item)}</dd>])}
              <dt>input from</dt>
              <dd>{links(before)}</dd>
              <dt>output to</dt>
              <dd>{links(behind)}</dd>
            </dl>
          </section>
          {commands(kind, name).length > 0 && (
            <section class="card">
              <header>
                <h2>In a terminal</h2>
              </header>
              <div class="body stack">
                {commands(kind, name).map((text) => (
                  <Command key={text} text={text} />
                ))}
              </div>
            </section>
          )}
        </div>
      )}
    </>
  );
}
