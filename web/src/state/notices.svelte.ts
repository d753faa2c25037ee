/** Short messages at the edge of the window. Errors stay until they are dismissed. */
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
}

const PLAIN_STAYS = 4000;
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

  dismiss(id: number): void {
    this.list = this.list.filter((n) => n.id !== id);
  }

  private add(tone: Notice['tone'], message: string, remedy: string, action: NoticeAction | null = null): number {
    const id = this.next++;
    this.list = [...this.list, { id, tone, message, remedy, action }].slice(-MOST);
    return id;
  }
}
