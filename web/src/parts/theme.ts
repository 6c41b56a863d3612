// Light, dark or as the system prefers; stored in this browser.
import { useEffect, useState } from "preact/hooks";

export type Theme = "system" | "light" | "dark";
const key = "freshet.theme";
const listeners = new Set<() => void>();

export const chosenTheme = () => (localStorage.getItem(key) ?? "system") as Theme;

export function chooseTheme(theme: Theme) {
  localStorage.setItem(key, theme);
  applyTheme();
}

export function applyTheme() {
  const theme = chosenTheme();
  if (theme === "system") document.documentElement.removeAttribute("data-theme");
  else document.documentElement.setAttribute("data-theme", theme);
  listeners.forEach((listener) => listener());
}

/** Redraws its component when the theme changes; the value is only a change counter. */
export function useTheme(): number {
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const listener = () => setTurn((n) => n + 1);
    listeners.add(listener);
    const system = matchMedia("(prefers-color-scheme: dark)");
    system.addEventListener("change", listener);
    return () => {
      listeners.delete(listener);
      system.removeEventListener("change", listener);
    };
  }, []);
  return turn;
}

export const themeColour = (name: string) =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();
