/** Shows a menu that the right mouse button asks for. Where it is asked for by pressing, as on Linux and Macs, letting go
 * would count as a click beside the menu, so it waits for that. */
export function whenLetGo(event: MouseEvent, show: () => void): void {
  if (event.buttons) addEventListener('pointerup', () => setTimeout(show), { once: true });
  else show();
}
