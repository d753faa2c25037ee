/** Short messages at the edge of the window. Errors stay until they are dismissed or another photo is looked at. */
import { Refused } from '../transport/refused';
import { t } from '../texts';

/** What can be done about it. */
export interface NoticeAction {
  label: string;
  run: () => void;
}

export interface Notice {
  id: number;
  tone: 'error' | 'plain';
  message: string;
  remedy: string;
  action: NoticeAction | null;
  /** When it was told, in milliseconds. */
  since: number;
}

const PLAIN_STAYS = 4000;
/** An error, though another photo is opened meanwhile. */
const ERROR_STAYS = 8000;
/** What can be taken back is offered for longer. */
const OFFER_STAYS = 12000;
const MOST = 4;

export class Notices {
  list = $state.raw<Notice[]>([]);
  private next = 1;

  tell(message: string, action: NoticeAction | null = null): void {
    const id = this.add('plain', message, '', action);
    setTimeout(() => this.dismiss(id), action ? OFFER_STAYS : PLAIN_STAYS);
  }

  error(message: string, remedy = ''): void {
    if (this.list.some((n) => n.message === message)) return;
    this.add('error', message, remedy);
  }

  /** For a promise that failed. Unreachable servers are the connection banner's business. */
  failed(error: unknown): void {
    if (error instanceof Refused) this.error(error.message, error.remedy);
    else if (error instanceof TypeError) this.error(t('Stillbytes did not answer.'), t('Is it still running?'));
    else this.error(error instanceof Error ? error.message : String(error));
  }

  /** Another photo is looked at: errors go, but none before it could be read. Those of jobs stay in their list. */
  leave(): void {
    for (const { id, tone, since } of this.list) {
      if (tone === 'error') setTimeout(() => this.dismiss(id), since + ERROR_STAYS - Date.now());
    }
  }

  dismiss(id: number): void {
    this.list = this.list.filter((n) => n.id !== id);
  }

  private add(tone: Notice['tone'], message: string, remedy: string, action: NoticeAction | null = null): number {
    const id = this.next++;
    this.list = [...this.list, { id, tone, message, remedy, action, since: Date.now() }].slice(-MOST);
    return id;
  }
}
