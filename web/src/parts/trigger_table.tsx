// Triggers: when they fire, what they start, and buttons that fire or switch them.
import { useState } from "preact/hooks";
import { post, type ApiError } from "../api";
import type { Trigger } from "../lake_api";
import { duration } from "./format";

const target = ({ job, crawler }: { job: string; crawler: string }) =>
  job ? `job ${job}` : `crawler ${crawler}`;

export function whenOf(trigger: Trigger, now: number): string {
  if (trigger.type === "ON_DEMAND") return "when it is started";
  if (trigger.type === "SCHEDULED")
    return trigger.due_ms === undefined
      ? trigger.schedule
      : `${trigger.schedule}, next in ${duration(Math.max(0, trigger.due_ms - now))}`;
  return trigger.conditions
    .map((one) => `${target(one)} is ${one.state.toLowerCase()}${one.is_met ? " (met)" : ""}`)
    .join(trigger.fires_at_any ? " or " : " and ");
}

export function TriggerTable({ triggers, now }: { triggers: Trigger[]; now: number }) {
  const [error, setError] = useState("");
  const send = async (name: string, what: "start" | "stop") => {
    setError("");
    try {
      await post(`triggers/${what}`, { name });
    } catch (refused) {
      setError(`${name}: ${(refused as ApiError).message}`);
    }
  };
  return (
    <>
      {error && (
        <div class="notice inset" role="alert">
          {error}
        </div>
      )}
      <div class="scroll" tabIndex={0} role="region" aria-label="Triggers">
        <table class="many" data-testid="triggers">
          <thead>
            <tr>
              <th scope="col">Trigger</th>
              <th scope="col">State</th>
              <th scope="col">Fires</th>
              <th scope="col">Starts</th>
              <th scope="col">Do</th>
            </tr>
          </thead>
          <tbody>
            {triggers.map((one) => {
              const isActive = one.state === "ACTIVATED";
              const what = one.type === "ON_DEMAND" || !isActive ? "start" : "stop";
              const label =
                one.type === "ON_DEMAND" ? "Fire" : isActive ? "Deactivate" : "Activate";
              return (
                <tr key={one.name}>
                  <th scope="row">{one.name}</th>
                  <td>
                    <span class={`badge ${isActive ? "good" : ""}`}>{one.state.toLowerCase()}</span>
                  </td>
                  <td class="what">{whenOf(one, now)}</td>
                  <td class="what">{one.actions.map(target).join(", ")}</td>
                  <td class="actions">
                    <button
                      aria-label={`${label} ${one.name}`}
                      onClick={() => send(one.name, what)}
                    >
                      {label}
                    </button>
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </>
  );
}
