/** The live side: one event stream; the browser itself comes back after every break. */
import type { Frame } from "./types";

export function follow(
  heard: (frame: Frame) => void,
  broken: (broken: boolean) => void,
): () => void {
  const source = new EventSource("/api/desk/events");
  source.onmessage = (event: MessageEvent<string>) => {
    heard(JSON.parse(event.data) as Frame);
  };
  source.onopen = () => broken(false);
  source.onerror = () => broken(true);
  return () => source.close();
}

/** A short soft tone; silent where the browser does not allow one before the first click. */
export function chime(): void {
  try {
    const context = new AudioContext();
    const tone = context.createOscillator();
    const volume = context.createGain();
    volume.gain.setValueAtTime(0.08, context.currentTime);
    volume.gain.exponentialRampToValueAtTime(0.0001, context.currentTime + 0.5);
    tone.frequency.value = 660;
    tone.connect(volume).connect(context.destination);
    tone.start();
    tone.stop(context.currentTime + 0.5);
    tone.onended = () => void context.close();
  } catch {
    // no sound here
  }
}

export function notify(title: string, body: string): void {
  if ("Notification" in window && Notification.permission === "granted" && document.hidden)
    new Notification(title, { body, tag: "nitka" });
}
